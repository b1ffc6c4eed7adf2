import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { oneLine } from '../../../lib/values/secrets';
import type { Postgres } from '../postgres/postgres';
import type { PgHeroSize } from './size';

export interface PgHeroProps extends PgHeroSize {
  readonly image: string;
  readonly postgres: Postgres;
}

const WEB = 8080;

/** What PostgreSQL is busy with, at `path` of `web`: the path is PgHero's own and must not be stripped. */
export class PgHero extends Component {
  readonly web: Endpoint;
  readonly path = '/pghero';

  constructor(scope: Platform, props: PgHeroProps) {
    super(scope, 'pghero', 'data');
    const { postgres } = props;
    const keys = {
      username: 'what people log in with',
      password: 'and their password: queries that run are shown',
      'secret-key-base': 'at least 32 random characters: who knows them can be anybody',
    };
    const secret = new RequiredSecret(this, 'pghero', keys, (key) => oneLine(key === 'secret-key-base' ? 32 : 1));
    // Asks no database: a restart would not bring one back.
    const healthy = { ...http('web', `${this.path}/health`), periodSeconds: 10, timeoutSeconds: 5 };
    const pghero = new StatelessWorkload(this, 'default', {
      image: props.image,
      user: 1000,
      command: ['puma', '-C', '/app/config/puma.rb'],
      env: {
        PORT: `${WEB}`,
        RAILS_RELATIVE_URL_ROOT: this.path,
        PGHERO_CONFIG_PATH: '/etc/pghero/pghero.yml',
        PGHERO_USERNAME: secret.key('username'),
        PGHERO_PASSWORD: secret.key('password'),
        SECRET_KEY_BASE: secret.key('secret-key-base'),
        ROLE_PASSWORD: postgres.password('pghero'),
        // Queries without their values, which are data of customers.
        PGHERO_FILTER_DATA: 'true',
        // The default of three takes three times the memory.
        PUMA_WORKERS: '1',
        HOME: '/tmp',
      },
      ports: { web: WEB },
      files: { '/etc/pghero/pghero.yml': nativeFile(__dirname, 'pghero.yml') + databases(postgres) },
      scratch: { '/tmp': Size.mebibytes(32), '/app/tmp': Size.mebibytes(32) },
      resources: props.resources,
      probes: {
        startup: { ...healthy, periodSeconds: 2, failureThreshold: 150 },
        readiness: healthy,
        liveness: { ...healthy, failureThreshold: 6 },
      },
      graceSeconds: 30,
    });
    // Not through PgBouncer, which lets applications in only.
    pghero.connectsTo(postgres.clients);
    this.web = pghero.endpoint('web');
  }
}

/** PgHero evaluates the file as a template, which is where the password gets in, and how it survives in a URL. */
function databases({ clients, databases }: Postgres): string {
  const server = `postgres://pghero:<%= ERB::Util.url_encode(ENV.fetch('ROLE_PASSWORD')) %>@${clients.address}`;
  return `databases:\n${databases.map(({ name }) => `  ${name}:\n    url: ${server}/${name}\n`).join('')}`;
}
