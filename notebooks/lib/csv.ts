/** A small typed CSV reader: the schema says how each column's text becomes a value, and the row type follows. */

/** How to read each column of a row of type `Row`. */
export type Schema<Row> = { [Column in keyof Row]: (text: string) => Row[Column] };

/** What is wrong with a CSV text, and in which of its lines (counted from 1). */
export class CsvError extends Error {
  override name = 'CsvError';
  readonly line: number;

  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

/** Read `text`, whose first line names the columns. Columns that the schema does not name are left out. */
export function parseCsv<Row>(text: string, schema: Schema<Row>): Row[] {
  const [header, ...records] = splitRecords(text);
  if (header === undefined) throw new CsvError('there is no header', 1);
  const columns = Object.keys(schema) as (keyof Row & string)[];
  const places = columns.map((column) => {
    const place = header.indexOf(column);
    if (place < 0) throw new CsvError(`there is no column "${column}", only ${header.join(', ')}`, 1);
    return place;
  });
  return records.map((record, index) => {
    const entries = columns.map((column, i): [string, unknown] => [column, schema[column](record[places[i]!] ?? '')]);
    const bad = entries.find(([, value]) => isUnreadable(value));
    if (bad) throw new CsvError(`"${bad[0]}" cannot be read from ${JSON.stringify(record.join(','))}`, index + 2);
    return Object.fromEntries(entries) as Row;
  });
}

const isUnreadable = (value: unknown): boolean => Number.isNaN(value instanceof Date ? value.getTime() : value);

/** Split into records and fields. A field in double quotes may hold commas, line ends and doubled quotes. */
function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    fields.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push(fields);
    fields = [];
  }
  return records;
}
