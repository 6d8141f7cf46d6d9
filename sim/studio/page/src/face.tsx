// What the cat sees of the person: a camera, a picture, a video file, or two sliders. Pictures are
// sent to the studio's server on this machine only, which does not store them.
import { useEffect, useRef, useState } from "preact/hooks";
import { live } from "./live";
import { media } from "./media";

type Source = "nobody" | "sliders" | "camera" | "picture" | "video";

const FRAMES_PER_SECOND = 8; // as many as vision can read on a small computer
const WIDTH = 480; // px; larger pictures are scaled down before they are sent

const SOURCES: [Source, string][] = [
  ["nobody", "Nobody"],
  ["sliders", "Sliders"],
  ["camera", "Camera"],
  ["picture", "Picture"],
  ["video", "Video file"],
];

export function FaceChooser() {
  const [source, choose] = useState<Source>("nobody");
  const [trouble, say] = useState("");
  const pick = (next: Source) => {
    say("");
    if (source === "nobody" && next !== "nobody") live.say({ type: "person", change: "arrives" });
    if (source !== "nobody" && next === "nobody") live.say({ type: "person", change: "leaves" });
    choose(next);
  };
  return (
    <div class="face" role="group" aria-label="Your face">
      <div class="segments">
        {SOURCES.map(([name, title]) => (
          <button key={name} aria-pressed={source === name} onClick={() => pick(name)}>
            {title}
          </button>
        ))}
      </div>
      {source === "sliders" && <Sliders />}
      {source === "camera" && <Camera say={say} />}
      {(source === "picture" || source === "video") && (
        <FromFile key={source} video={source === "video"} say={say} />
      )}
      {trouble && <p class="trouble">{trouble}</p>}
    </div>
  );
}

function Sliders() {
  const [valence, setValence] = useState(0.5);
  const [arousal, setArousal] = useState(0.0);
  const now = useRef({ valence, arousal });
  now.current = { valence, arousal };
  useEffect(() => {
    const beat = setInterval(
      () => live.say({ type: "face", ...now.current }),
      1000 / FRAMES_PER_SECOND,
    );
    return () => clearInterval(beat);
  }, []);
  const slider = (
    name: string,
    value: number,
    set: (value: number) => void,
    low: string,
    high: string,
  ) => (
    <label class="slide">
      <span>{name}</span>
      <small>{low}</small>
      <input
        type="range"
        min="-1"
        max="1"
        step="0.02"
        value={value}
        aria-label={name}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <small>{high}</small>
    </label>
  );
  return (
    <div>
      {slider("Valence", valence, setValence, "sad", "glad")}
      {slider("Arousal", arousal, setArousal, "calm", "excited")}
    </div>
  );
}

/** While `on`, sends what `element` shows, FRAMES_PER_SECOND times a second. */
function useFrames(
  element: { current: HTMLVideoElement | HTMLImageElement | null },
  on: boolean,
): void {
  useEffect(() => {
    if (!on) return;
    const canvas = document.createElement("canvas");
    const beat = setInterval(() => {
      const shown = element.current;
      if (!shown) return;
      const isVideo = shown instanceof HTMLVideoElement;
      const width = isVideo ? shown.videoWidth : shown.naturalWidth,
        height = isVideo ? shown.videoHeight : shown.naturalHeight;
      if (!width || !height) return;
      const scale = Math.min(1, WIDTH / width);
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.getContext("2d")?.drawImage(shown, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(
        (blob) => void blob?.arrayBuffer().then((bytes) => live.sayBytes(bytes)),
        "image/jpeg",
        0.8,
      );
    }, 1000 / FRAMES_PER_SECOND);
    return () => clearInterval(beat);
  }, [on]);
}

function Camera({ say }: { say: (trouble: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [on, turn] = useState(false);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    media({ video: { width: 640, height: 480, frameRate: 15 } })
      .then((found) => {
        stream = found;
        if (gone) return found.getTracks().forEach((track) => track.stop());
        if (video.current) video.current.srcObject = found;
        turn(true);
      })
      .catch((error: Error) =>
        say(
          `The camera cannot be used: ${error.message}. A picture or the sliders work without one.`,
        ),
      );
    return () => {
      gone = true;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  useFrames(video, on);
  return (
    <video ref={video} autoplay muted playsInline class="preview mirror" aria-label="Your camera" />
  );
}

function FromFile({ video, say }: { video: boolean; say: (trouble: string) => void }) {
  const [url, open] = useState("");
  const shown = useRef<HTMLVideoElement & HTMLImageElement>(null);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  useFrames(shown, url !== "");
  const wrong = () => {
    say(`This file cannot be shown as a ${video ? "video" : "picture"}.`);
    open("");
  };
  const chosen = (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    say("");
    open(file ? URL.createObjectURL(file) : "");
  };
  return (
    <div class="file">
      <input
        type="file"
        accept={video ? "video/*" : "image/*"}
        aria-label={video ? "A video file" : "A picture"}
        onChange={chosen}
      />
      {url && video && (
        <video
          ref={shown}
          src={url}
          autoplay
          loop
          muted
          playsInline
          controls
          class="preview"
          onError={wrong}
        />
      )}
      {url && !video && (
        <img ref={shown} src={url} alt="What the cat sees" class="preview" onError={wrong} />
      )}
    </div>
  );
}
