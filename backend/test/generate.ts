import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { documents } from './documents.ts';

rmSync('events', { recursive: true, force: true });
mkdirSync('events');
for (const [path, text] of Object.entries(await documents())) writeFileSync(path, text);
