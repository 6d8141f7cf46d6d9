// Fur: a soft material whose pattern, strands and rim of light are computed in the shader, so that no picture has to be loaded.
import { Color, type Material, MeshLambertMaterial, MeshStandardMaterial } from "three";

export interface Palette {
  base: string;
  stripe: string;
  cream: string;
}

export const GINGER: Palette = { base: "#e0a062", stripe: "#a85a26", cream: "#fff4e6" };

const NOISE = /* glsl */ `
float hash3(vec3 p) { p = fract(p * 0.3183099 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
float noise3(vec3 x) {
  vec3 i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(mix(hash3(i), hash3(i + vec3(1,0,0)), f.x), mix(hash3(i + vec3(0,1,0)), hash3(i + vec3(1,1,0)), f.x), f.y),
             mix(mix(hash3(i + vec3(0,0,1)), hash3(i + vec3(1,0,1)), f.x), mix(hash3(i + vec3(0,1,1)), hash3(i + vec3(1,1,1)), f.x), f.y), f.z);
}
`;

/** `shell` > 0 is one of the see-through layers that make the outline fluffy: 0..1 from skin to tip. `plain` spares the strands. */
export function fur(palette: Palette, shell = 0, plain = false): Material {
  const material = plain
    ? new MeshLambertMaterial()
    : new MeshStandardMaterial({ roughness: 0.92, metalness: 0 });
  if (plain) material.defines = { PLAIN: 1 };
  const uniforms = {
    uBase: { value: new Color(palette.base) },
    uStripe: { value: new Color(palette.stripe) },
    uCream: { value: new Color(palette.cream) },
    uShell: { value: shell },
  };
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, uniforms);
    shader.vertexShader = shader.vertexShader
      .replace(
        "#include <common>",
        "#include <common>\nattribute vec3 coat;\nattribute vec3 rest;\nuniform float uShell;\nvarying vec3 vCoat;\nvarying vec3 vRest;",
      )
      .replace(
        "#include <begin_vertex>",
        /* glsl */ `
        // Short round the eyes and on the muzzle, none inside.
        vec3 eye = vec3(0.2375, 0.0285, 0.2485), folded = vec3(rest.x, abs(rest.y), rest.z);
        float hair = smoothstep(0.016, 0.034, distance(folded, eye)) * (1.0 - 0.6 * smoothstep(0.225, 0.24, rest.x));
        vec3 transformed = position + (normal * uShell * 0.0048 - vec3(0.0026, 0.0, 0.0014) * uShell * uShell) * hair - normal * 0.0004 * step(hair, 0.02) * step(0.001, uShell);
        vCoat = coat;
        vRest = rest;`,
      );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "#include <common>",
        `#include <common>\nvarying vec3 vCoat;\nvarying vec3 vRest;\nuniform vec3 uBase, uStripe, uCream;\nuniform float uShell;\n${NOISE}`,
      )
      .replace(
        "#include <color_fragment>",
        /* glsl */ `
        #ifdef PLAIN
        float strand = 0.5, patchy = 0.5;
        #else
        vec3 strandAt = vRest * vec3(420.0, 900.0, 900.0);
        float strand = noise3(strandAt) * 0.6 + noise3(strandAt * 2.3) * 0.4;
        float patchy = noise3(vRest * 95.0);
        #endif
        float edge = (strand - 0.5) * 0.55 + (patchy - 0.5) * 0.5;
        float stripe = smoothstep(0.05, 0.75, sin(vCoat.y) + edge) * vCoat.z;
        vec3 tone = mix(uBase, uStripe, stripe);
        tone = mix(tone, uCream, smoothstep(0.3, 0.7, vCoat.x + edge * 0.35));
        tone *= 0.86 + 0.28 * strand;
        tone *= 0.9 + 0.2 * patchy;
        if (uShell > 0.0) {
          float hair = noise3(vRest * 2100.0);
          if (hair < 0.25 + 0.62 * uShell) discard;
          tone *= 1.0 + 0.22 * uShell;
        }
        diffuseColor.rgb *= tone;`,
      )
      .replace(
        "#include <opaque_fragment>",
        /* glsl */ `
        float rim = pow(1.0 - clamp(dot(normal, normalize(vViewPosition)), 0.0, 1.0), 2.6);
        outgoingLight += rim * (0.10 + 0.5 * diffuseColor.rgb) * 0.55 * (0.35 + 0.65 * clamp(outgoingLight * 2.0, 0.0, 1.0));
        #include <opaque_fragment>`,
      );
  };
  material.customProgramCacheKey = () => `fur ${shell > 0} ${plain}`;
  return material;
}
