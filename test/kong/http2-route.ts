import type { Route, Service } from '../../charts/gateway/kong/configuration';
import { KEY_HEADER } from '../../charts/gateway/kong/plugins';
import type { Model } from '../../cluster/gateway/requests';
import { effectivePlugin } from '../../docs/effective';
import { pathOf } from '../live/gateway/cases';
import type { Logged } from './hostile';
import { type Fields, request } from './http2';

/** Frames as no library would send them, and what must come of them on the first stream. */
export interface Http2Case {
  readonly sentence: string;
  /** All that is sent after the settings. */
  readonly frames: Buffer;
  /** Of the answer; undefined where stream or connection are ended without one. */
  readonly status: number | undefined;
  /** What the service must see: whom the gateway says is asking. @default - whatever, or nothing if it is not reached */
  readonly consumer?: string | null;
  /** How the access log must name it. @default - whatever, if there is a line */
  readonly logged?: Logged;
}

/** What the log finds a case by: of the same length for all, as frames and fields say how long they are. */
export const AGENT = 'http2/agent';

const PSEUDO = ['method', 'scheme', 'path', 'authority'] as const;
export type Pseudo = { readonly [Name in (typeof PSEUDO)[number]]: string };
export type Change = { readonly [Name in keyof Pseudo]?: string | undefined };

/** Requests to a route by HTTP/2, and what must come of them. */
export class Http2Route {
  readonly prefix: string;
  readonly host: string;
  readonly pseudo: Pseudo;
  readonly keyAuth: boolean;
  readonly guarded: boolean;
  /** Of an answer to whoever has a key. */
  readonly known: number;
  /** Whom the gateway says is asking. */
  readonly consumer: string | null;
  readonly key: string;

  constructor(
    { configuration, keys }: Model,
    service: Service,
    private readonly route: Route,
  ) {
    this.keyAuth = effectivePlugin(configuration, service, 'key-auth') !== undefined;
    this.guarded = effectivePlugin(configuration, service, 'ip-restriction') !== undefined;
    this.known = this.guarded ? 403 : 200;
    this.prefix = pathOf(route.paths[0]);
    this.host = route.hosts[0]!;
    this.pseudo = { method: 'GET', scheme: 'https', path: `${this.prefix}/witness`, authority: this.host };
    const [[name, key]] = Object.entries(keys) as [[string, string]];
    this.key = key;
    this.consumer = this.keyAuth ? name : null;
  }

  /** The pseudo-fields, but for what is changed; without those that are changed to undefined. */
  begun(change: Change = {}): Fields {
    return Object.entries({ ...this.pseudo, ...change }).flatMap(([each, value]) =>
      value === undefined ? [] : [[`:${each}`, value] as const],
    );
  }

  /** The fields of a request with a key, and more. */
  keyed(more: Fields = [], beginning: Fields = this.begun()): Fields {
    return [...beginning, ['user-agent', AGENT], [KEY_HEADER, this.key], ...more];
  }

  raw(sentence: string, status: number | undefined, frames: Buffer, rest: Partial<Http2Case> = {}): Http2Case {
    return { sentence: `${this.route.name}: ${sentence}`, status, frames, ...rest };
  }

  passes(sentence: string, frames: Buffer, rest: Partial<Http2Case> = {}): Http2Case {
    return this.raw(sentence, this.known, frames, { ...(this.known === 200 && { consumer: this.consumer }), ...rest });
  }

  /** With fields besides. */
  fields(sentence: string, status: number | undefined, ...more: Fields): Http2Case {
    return this.raw(sentence, status, request(this.keyed(more)));
  }

  /** With other pseudo-fields. */
  changed(sentence: string, status: number | undefined, change: Change, ...more: Fields): Http2Case {
    return this.raw(sentence, status, request(this.keyed(more, this.begun(change))));
  }
}

export const many = (count: number, value = 'b'): Fields =>
  Array.from({ length: count }, (_, index) => [`a${index}`, value]);
