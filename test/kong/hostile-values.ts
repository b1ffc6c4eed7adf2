import { CORRELATION_HEADER, KEY_HEADER } from '../../charts/gateway/kong/plugins';

/** In whatever a client makes up: services, answers and logs must not have it. */
export const MADE_UP = 'evil-witness';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names besides those that a client may name: each could take away what the gateway says, or where a body ends. */
export const TAKES_AWAY = [
  ...[
    'close, X-Consumer-Username',
    'close, X-Consumer-ID',
    'keep-alive, X-Credential-Identifier',
    'keep-alive, Content-Length',
  ],
  ...['Host', KEY_HEADER, 'Cookie', 'Transfer-Encoding', 'Proxy-Connection', 'X-Forwarded-For', CORRELATION_HEADER],
  ...[
    'CLOSE,x-consumer-USERNAME',
    ' \tX-Consumer-Username\t',
    ',,X-Consumer-Username,',
    '"close"',
    'close;x',
    'close x',
  ],
  'close\r\nConnection: X-Consumer-Username',
];

export const HOP_BY_HOP = [
  'close',
  'keep-alive',
  'Keep-Alive, TE',
  'CLOSE,',
  ' , close',
  'upgrade',
  'Upgrade, HTTP2-Settings',
];

/** What the gateway alone may say to services, and other spellings of it. */
export const OURS_TO_SAY = [
  ...['X-Consumer-Username', 'X-Consumer-ID', 'X-Consumer-Custom-ID', 'X-Consumer-Groups', 'x-CONSUMER-username'],
  ...['X-Credential-Identifier', 'X-Credential-Username', 'X-Anonymous-Consumer', 'X-Authenticated-Groups'],
  ...[
    'X-Authenticated-Userid',
    'X-Kong-Request-Id',
    'X-Kong-Made-Up',
    'X_Consumer_Username',
    'X_Consumer-ID',
    'X.Consumer.ID',
  ],
  ...['api-key', 'X-Api-Key', 'api_key', 'Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'X-Forwarded-Prefix'],
];

/** After a route's prefix: what a service may read as another path than the gateway does. */
export const AMBIGUOUS = [
  ...['/..%2factuator', '/..%2Factuator', '/%2e%2e%2factuator', '/..%5cactuator', '/..\\actuator', '/a%00b'],
  ...[
    '/%252e%252e/actuator',
    '/..%252factuator',
    '/%c0%ae%c0%ae/actuator',
    '/%c1%9cactuator',
    '/%e0%80%af',
    '/%f0%80%80%af',
  ],
  ...['/..;/actuator', '/.;/actuator', '/..;a=b/actuator', '/%2e%2e;/actuator', '/..%3b/actuator'],
];

export const BESIDE = [
  '/../actuator/health',
  '/%2e%2e/actuator/health',
  '/./../actuator/health',
  '/a/../../actuator/health',
];

export const METHODS = ['PROPFIND', 'FOO', 'PURGE', 'LINK', 'TRACE', 'MKCOL', 'LOCK', 'SEARCH'];

export const IDS = [
  'x'.repeat(7000),
  'a b',
  '"},{"',
  `<${MADE_UP}>`,
  '\u00e4',
  '%0d%0aSet-Cookie:a',
  `one\r\n${CORRELATION_HEADER}: two`,
];
