/** A body that ends in an error when it is too large, or when its source fails. */
import { HttpFailure } from '@gatehouse/connector-kit';

/** Of a reader of the platform's streams, or of the HTTP library's. */
export interface Source {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

export interface BodyBounds {
  /** Bytes as the reader sees them. The attack: a few KB that unpack to gigabytes. */
  readonly largest: number;
  /** For the message. */
  readonly where: string;
  /** What the reader is told in place of what the source throws. */
  explain(error: unknown): unknown;
  /** It was read to its end, or nobody wants the rest. */
  ended(): void;
}

/** Reads no further ahead than its reader: an endless body costs one part at a time. */
export function boundedBody(source: Source, bounds: BodyBounds): ReadableStream<Uint8Array> {
  let bytes = 0;
  const next = async () => {
    const { value } = await source.read();
    bytes += value?.byteLength ?? 0;
    if (bytes > bounds.largest) throw tooLarge(bounds);
    return value;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const value = await next();
          if (value) return controller.enqueue(value);
          bounds.ended();
          controller.close();
        } catch (error) {
          controller.error(bounds.explain(error));
          await source.cancel(error).catch(() => undefined);
        }
      },
      async cancel(reason) {
        bounds.ended();
        await source.cancel(reason).catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

function tooLarge({ where, largest }: BodyBounds): HttpFailure {
  return new HttpFailure('too_large', `the answer of ${where} is larger than ${largest} bytes`);
}
