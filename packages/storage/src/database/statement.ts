/** Fixed SQL. Nothing in this package builds a statement from what a request brought. */
export interface Statement {
  /** The name under which PostgreSQL keeps the plan; unique in this package. */
  readonly name: string;
  readonly text: string;
}

/** A statement with its values, ready to go out. */
export interface Call {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

export function call(statement: Statement, ...values: readonly unknown[]): Call {
  return { statement, values };
}
