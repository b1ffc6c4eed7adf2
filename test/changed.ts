import type { Environment } from '../charts/environment';
import { platform } from '../charts/platform';
import { model } from '../charts/synth';
import { laptop } from './environments';

/** The laptop's platform with other values. */
export const changed = (change: Partial<Environment> = {}) => platform({ ...laptop, ...change });

/** What is wrong with them; the Secrets of other databases are not what is asked. */
export const complaints = (change: Partial<Environment>) =>
  model({ ...laptop, developmentSecrets: undefined, ...change }).errors;

/** What is wrong with the names of these databases, beside `bss`, which the backend needs. */
export const databaseComplaints = (...names: string[]) =>
  complaints({ databases: [...laptop.databases, ...names.map((name) => ({ name, holds: 'something' }))] });

/** What is wrong with other images. */
export const imageComplaints = (change: Partial<Environment['images']>) =>
  complaints({ images: { ...laptop.images, ...change } });

/** A database more than the laptop has. */
export const twoDatabases = [...laptop.databases, { name: 'reports', holds: 'reports' }];
