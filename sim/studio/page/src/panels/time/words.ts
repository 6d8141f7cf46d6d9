// The time in words and numbers.

/** An hour of the day, 0..24, as on a clock: 17:05. */
export function onClock(hour: number): string {
  const minutes = Math.floor(hour * 60 + 1e-6) % (24 * 60);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The hour of the day that a clock says, 0..24; null where it says none. */
export function hourOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})/.exec(clock);
  if (!found) return null;
  const hour = Number(found[1]) + Number(found[2]) / 60;
  return Number(found[2]) < 60 && hour < 24 ? hour : null;
}

/** Seconds from one hour of the day to the next time that it is another. */
export function until(now: number, then: number): number {
  return (((then - now + 24) % 24) * 3600 || 24 * 3600) - 1;
}

/** How the time goes. */
export function howItGoes(time: { paused: boolean; speed: number; pace: number }): string {
  if (time.paused) return "It is paused: what you do now happens when it goes on.";
  if (time.speed === 1) return "It goes as fast as yours.";
  const wanted = time.speed > 1 ? `${time.speed} times as fast` : `at ${time.speed} of its speed`;
  const slower = time.pace < 0.9 * time.speed ? `; this machine reaches ${time.pace}` : "";
  return `It goes ${wanted}${slower}. It is silent, and does not hear you.`;
}
