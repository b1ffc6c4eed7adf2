import { noCache } from '../src/cache.ts';
import { Database } from '../src/database/database.ts';
import { Outbox } from '../src/database/outbox.ts';
import { createPool } from '../src/database/pool.ts';
import { catalogue, type EventType, schemasOf } from '../src/events/catalogue.ts';
import { createServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';

const json = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

/** The files that are generated from the code and checked in, by their path. */
export async function documents(): Promise<Record<string, string>> {
  const types = Object.keys(catalogue) as EventType[];
  return {
    'openapi.json': json(await openapi()),
    ...Object.fromEntries(
      types
        .flatMap((type) => Object.entries(schemaDocuments(type)))
        .map(([name, document]) => [`events/${name}`, json(document)]),
    ),
  };
}

/** The schemas of an event's data as they stand in the directory `events`, by the name of the file. */
const schemaDocuments = (type: EventType): Record<string, object> =>
  Object.fromEntries(
    schemasOf(type).map(({ data, dataschema }) => [
      `com.droid.bss.${dataschema.split(':')[3]}.json`,
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $id: dataschema,
        title: type,
        description: `Data of ${type}, on ${catalogue[type].topic}, from ${catalogue[type].source}`,
        ...data,
      },
    ]),
  );

/** As a server describes itself that has no database, because nobody asks it for more. */
async function openapi(): Promise<unknown> {
  const pool = createPool(
    { host: '127.0.0.1', port: 1, database: '-', user: '-', password: '-', pool: 1, lifetime: 1 },
    1,
    1,
  );
  const app = await createServer({
    ...{ database: new Database(pool, new Outbox(async () => {}), 1), cache: noCache, metrics: new Metrics() },
    ...{ health: { ready: true, components: { db: async () => {} } }, log: createLog('silent'), deadline: 5000 },
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
