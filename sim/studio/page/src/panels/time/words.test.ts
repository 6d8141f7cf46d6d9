import assert from "node:assert/strict";
import { test } from "node:test";
import { hourOf, howItGoes, onClock, sceneName, until } from "./words";

test("an hour is read and written as on a clock", () => {
  assert.equal(onClock(17 + 5 / 60), "17:05");
  assert.equal(onClock(23.9999), "23:59");
  assert.equal(onClock(24), "00:00");
  for (let minute = 0; minute < 24 * 60; minute++)
    assert.equal(onClock(hourOf(onClock(minute / 60)) ?? -1), onClock(minute / 60));
  for (const none of ["", "24:00", "12:60", "noon", "12"]) assert.equal(hourOf(none), null);
});

test("the evening is ahead, also at night and in the evening itself", () => {
  assert.equal(until(17, 19), 7200);
  assert.equal(until(22, 19), 21 * 3600);
  assert.ok(until(19, 19) < 86_400 && until(19, 19) > 86_000);
});

test("it says how the time goes, and what the machine does not reach", () => {
  assert.match(howItGoes({ paused: true, speed: 5, pace: 5 }), /paused/);
  assert.match(howItGoes({ paused: false, speed: 1, pace: 1 }), /as fast as yours/);
  assert.match(howItGoes({ paused: false, speed: 20, pace: 12.5 }), /reaches 12.5/);
  assert.doesNotMatch(howItGoes({ paused: false, speed: 20, pace: 19.5 }), /reaches/);
});

test("a scene is called as its file", () => {
  assert.equal(sceneName("days/quiet_evening.yaml"), "quiet evening");
});
