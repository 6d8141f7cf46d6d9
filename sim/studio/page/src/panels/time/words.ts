// The time in words and numbers.
const DAY = 86_400; // s

/** An hour of the day, 0..24, as on a clock: 17:05. */
export function onClock(hour: number): string {
  const minutes = Math.floor(hour * 60 + 1e-6) % (24 * 60);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The hour of the day, 0..24, that a clock says, such as 17:05; null where it says none. */
export function hourOf(clock: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(clock);
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return null;
  return Number(found[1]) + Number(found[2]) / 60;
}

/** Seconds from one hour of the day until the next time that it is another; nearly a day where that
 * is now. */
export function until(now: number, then: number): number {
  return ((then - now + 24) % 24) * 3600 || DAY - 1;
}

/** How the time goes. */
export function howItGoes(time: { paused: boolean; speed: number; pace: number }): string {
  if (time.paused) return "It is paused: what you do now happens when it goes on.";
  if (time.speed === 1) return "It goes as fast as yours.";
  const wanted = time.speed > 1 ? `${time.speed} times as fast` : `at ${time.speed} of its speed`;
  const slower = time.pace < 0.9 * time.speed ? `; this machine reaches ${time.pace}` : "";
  return `It goes ${wanted}${slower}. It is silent, and does not hear you.`;
}

/** What a scene is called: “days/quiet_evening.yaml” is “quiet evening”. */
export function sceneName(file: string): string {
  return file.replace(/^days\/(.*)\.yaml$/, "$1").replaceAll("_", " ");
}
