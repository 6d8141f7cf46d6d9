// Scenes: what people do in a day of days/*.yaml, played to the living cat.
import { useEffect, useState } from "preact/hooks";
import type { SceneShown } from "../../api";
import { type Answer, live } from "../../live";
import { sceneName } from "./words";

export function Scenes({ files, scene }: { files: string[]; scene: SceneShown | null }) {
  const [trouble, say] = useState("");
  useEffect(() => {
    const told = ({ type, file, line, message }: Answer) => {
      if (type !== "refused" || !file?.startsWith("days/") || !message) return;
      say(message.startsWith("days/") ? message : `${file}:${line}: ${message}`);
    };
    live.onAnswer.push(told);
    return () => {
      live.onAnswer = live.onAnswer.filter((other) => other !== told);
    };
  }, []);
  const play = (file: string) => {
    say("");
    live.say({ type: "scene", file });
  };
  return (
    <article class="card" data-testid="scenes">
      <h2>Scenes</h2>
      <p class="faint">
        A file of days/ is played from its hour on. What you do yourself happens besides.
      </p>
      {scene && (
        <div class="playing" role="status">
          <b>{sceneName(scene.file)}</b> {scene.about}
          <progress value={scene.passed} max={scene.seconds} aria-label="Played" />
          <button onClick={() => live.say({ type: "end_scene" })}>End it</button>
        </div>
      )}
      {trouble && (
        <p class="trouble" role="status">
          {trouble}
        </p>
      )}
      <div class="segments">
        {files.map((file) => (
          <button key={file} aria-pressed={scene?.file === file} onClick={() => play(file)}>
            {sceneName(file)}
          </button>
        ))}
      </div>
    </article>
  );
}
