import { buildSync } from 'esbuild';

/** An image with Node.js, for clients that are written for it. */
export const NODE_IMAGE = 'node:24.21.0-bookworm-slim';

/** A program and its packages in one file, as a pod has nowhere to install packages from. */
export const bundle = (program: string) =>
  buildSync({
    entryPoints: [program],
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Not everybody's: pg tries a native build and is content without.
    external: ['pg-native'],
    // The packages are CommonJS and ask for Node's own modules while they run.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
  }).outputFiles[0]!.text;
