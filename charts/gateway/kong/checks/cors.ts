import type { Cors } from '../plugins';

export function corsErrors({ origins, credentials, headers, max_age }: Cors['config']): string[] {
  return [
    ...(origins.length > 0 ? [] : ['origins is empty, which means everybody. Name the sites that may call.']),
    ...(origins.includes('*') && credentials
      ? [
          'origins has "*" with credentials: any site on the internet could act as whoever is logged in. Name the sites, or ' +
            'set credentials to false.',
        ]
      : []),
    ...(origins.includes('*') && origins.length > 1
      ? ['origins has "*" and others, which it makes void. Remove it, or them.']
      : []),
    ...origins.filter((origin) => origin !== '*').flatMap(originErrors),
    ...(headers.length > 0 ? [] : ['headers is empty, and then Kong allows whatever is asked for. Name them.']),
    ...(Number.isInteger(max_age) && max_age >= 0
      ? []
      : [`max_age is ${max_age}: it must be a whole number of seconds, 0 or more.`]),
  ];
}

/** An origin as a browser sends it: scheme, host, and a port that is not the scheme's own. */
function originErrors(origin: string): string[] {
  if (!/^https?:\/\//.test(origin)) return [`origin "${origin}" has no scheme: write "https://${origin}".`];
  if (!/^[A-Za-z0-9.:/-]+$/.test(origin)) {
    return [`origin "${origin}" would be a pattern, in which "." is any character. Write each site out.`];
  }
  const { origin: exact } = new URL(origin);
  return exact === origin
    ? []
    : [`origin "${origin}" is not what a browser sends, and Kong may ignore the rest: write "${exact}".`];
}
