// The material of the fur. Pattern, strands and rim of light are computed in the shader, so that no
// textures have to be loaded.
import { Color, type Material, MeshLambertMaterial, MeshStandardMaterial } from "three";

export interface Palette {
  base: string;
  stripe: string;
  cream: string;
}

export const GINGER: Palette = { base: "#e0a062", stripe: "#a85a26", cream: "#fff4e6" };

const NOISE = /* glsl */ `
float hash3(vec3 p) {
  p = 17.0 * fract(p * 0.3183099 + 0.1);
  return fract(p.x * p.y * p.z * (p.x + p.y + p.z));
}
float edge3(vec3 i, float x) { return mix(hash3(i), hash3(i + vec3(1, 0, 0)), x); }
float face3(vec3 i, vec2 x) { return mix(edge3(i, x.x), edge3(i + vec3(0, 1, 0), x.x), x.y); }
float noise3(vec3 x) {
  vec3 i = floor(x), f = fract(x);
  f = f * f * (3.0 - 2.0 * f);
  return mix(face3(i, f.xy), face3(i + vec3(0, 0, 1), f.xy), f.z);
}
`;

/** `shell`: 0 for the skin, or the height (up to 1) of one of the transparent layers outside of it
 * that make the outline fluffy. `plain`: without strands. */
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
        /* glsl */ `#include <common>
        attribute vec3 coat;
        attribute vec3 rest;
        uniform float uShell;
        varying vec3 vCoat;
        varying vec3 vRest;`,
      )
      .replace(
        "#include <begin_vertex>",
        /* glsl */ `
        // Hair is short around the eyes and on the muzzle, and there is none in the eyes.
        vec3 eye = vec3(0.2375, 0.0285, 0.2485), folded = vec3(rest.x, abs(rest.y), rest.z);
        float hair = smoothstep(0.016, 0.034, distance(folded, eye));
        hair *= 1.0 - 0.6 * smoothstep(0.225, 0.24, rest.x);
        vec3 strand = normal * uShell * 0.0048 - vec3(0.0026, 0.0, 0.0014) * uShell * uShell;
        vec3 sunk = normal * 0.0004 * step(hair, 0.02) * step(0.001, uShell);
        vec3 transformed = position + strand * hair - sunk;
        vCoat = coat;
        vRest = rest;`,
      );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "#include <common>",
        /* glsl */ `#include <common>
        varying vec3 vCoat;
        varying vec3 vRest;
        uniform vec3 uBase, uStripe, uCream;
        uniform float uShell;
        ${NOISE}`,
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
        vec3 lit = 0.35 + 0.65 * clamp(outgoingLight * 2.0, 0.0, 1.0);
        outgoingLight += rim * (0.10 + 0.5 * diffuseColor.rgb) * 0.55 * lit;
        #include <opaque_fragment>`,
      );
  };
  material.customProgramCacheKey = () => `fur ${shell > 0} ${plain}`;
  return material;
}
