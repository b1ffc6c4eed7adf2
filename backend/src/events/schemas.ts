import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { catalogue, type EventType } from './catalogue.ts';

const ajv = new Ajv({ strictSchema: true });
formats.default(ajv);

const validators = new Map(
  Object.entries(catalogue).map(([type, { data, dataschema }]) => [type, ajv.compile({ ...data, $id: dataschema })]),
);

/** What is wrong with the data of an event of this type. @returns nothing if nothing is */
export function dataErrors(type: EventType, data: unknown): string | undefined {
  const validate = validators.get(type)!;
  return validate(data) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'data' });
}

/** The schema of an event's data as it stands in the directory `events`. */
export const schemaDocument = (type: EventType) => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: catalogue[type].dataschema,
  title: type,
  description: `Data of ${type}, on ${catalogue[type].topic}, from ${catalogue[type].source}`,
  ...catalogue[type].data,
});
