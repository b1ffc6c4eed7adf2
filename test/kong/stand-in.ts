import { configuration } from '../../charts/gateway/kong/configuration';
import { api, operatorsPage, type PublicSite, type Site } from '../../charts/gateway/kong/policies';
import { Example, Pods } from '../example';

const example = new Example();

/** A site of a workload of its own. */
export const siteOf = (id: string, path: Site['path']): Site => ({
  web: new Pods(example, id, { web: 8080 }).endpoint('web'),
  path,
});

/** Sites behind a gateway in production's shape. */
export const inFrontOf = (...sites: PublicSite[]) =>
  configuration({
    sites,
    hosts: ['www.example.com'],
    protocols: { protocols: ['https'], https_redirect_status_code: 308 },
    counters: { policy: 'redis', redis_host: 'redis.shop.svc', redis_port: 6379, redis_timeout: 200 },
    requestsPerMinute: 1100,
    operators: ['203.0.113.0/24'],
    origins: ['https://www.example.com'],
    traces: 'http://jaeger.shop.svc:4318/v1/traces',
  });

/** With every plugin that there is. */
export const everything = inFrontOf(
  api(siteOf('backend', '/api')),
  operatorsPage(siteOf('page', '/page')),
  operatorsPage(siteOf('frontend', '/')),
);
