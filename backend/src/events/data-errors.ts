import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { catalogue, dataschemaOf, type EventType, schemasOf } from './catalogue.ts';

const ajv = new Ajv({ strictSchema: true });
formats.default(ajv);

const types = Object.keys(catalogue) as EventType[];
const validators = new Map(
  types.flatMap(schemasOf).map(({ data, dataschema }) => [dataschema, ajv.compile({ ...data, $id: dataschema })]),
);

/** What is wrong with the data of an event of this type. @returns nothing if nothing is */
export function dataErrors(type: EventType, data: unknown): string | undefined {
  const validate = validators.get(dataschemaOf(type, data))!;
  return validate(data) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'data' });
}
