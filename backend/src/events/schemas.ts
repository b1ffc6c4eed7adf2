import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { catalogue, dataschemaOf, type EventType, schemasOf } from './catalogue.ts';

const ajv = new Ajv({ strictSchema: true });
formats.default(ajv);
// It says something to readers and asks nothing of the data.

const types = Object.keys(catalogue) as EventType[];
const validators = new Map(
  types.flatMap(schemasOf).map(({ data, dataschema }) => [dataschema, ajv.compile({ ...data, $id: dataschema })]),
);

/** What is wrong with the data of an event of this type. @returns nothing if nothing is */
export function dataErrors(type: EventType, data: unknown): string | undefined {
  const validate = validators.get(dataschemaOf(type, data))!;
  return validate(data) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'data' });
}

/** The schemas of an event's data as they stand in the directory `events`, by the name of the file. */
export const schemaDocuments = (type: EventType): Record<string, object> =>
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
