/**
 * StartTLS (RFC 4511, section 4.14): asks for TLS on a plain connection. It reads the one answer itself, so that no
 * byte that came in the clear can reach what reads after it: somebody in the middle could put half an answer before
 * the handshake, and have it completed by the first bytes after it ("bind: success").
 */
import { on } from 'node:events';
import type { Socket } from 'node:net';
import { ExtendedRequest } from 'ldapts';
import { describe, misconfigured, unavailable } from './errors.ts';
import { FrameReader } from './wire/frame-reader.ts';
import { type Response, readResponse } from './wire/response.ts';
import { isOutage, resultCode } from './wire/result-code.ts';

const START_TLS = '1.3.6.1.4.1.1466.20037';
const MESSAGE_ID = 1;
const ANSWER_BYTES = 8192;

/** Afterwards the socket is ready for the TLS handshake, and paused. */
export async function startTls(socket: Socket, signal: AbortSignal): Promise<void> {
  socket.write(new ExtendedRequest({ messageId: MESSAGE_ID, oid: START_TLS }).write());
  const answer = await readOnly(socket, signal);
  if (answer.kind !== 'extended' || answer.id !== MESSAGE_ID) {
    throw unavailable('the directory answered something else than StartTLS');
  }
  if (isOutage(answer.result)) {
    throw unavailable(`the directory cannot start TLS now: ${describe(answer.result)}`);
  }
  if (answer.result.code !== resultCode.success) {
    throw misconfigured(`the directory refused StartTLS, and nothing was sent: ${describe(answer.result)}`);
  }
}

/** The one message that is there, and nothing behind it. */
async function readOnly(socket: Socket, signal: AbortSignal): Promise<Response> {
  const reader = new FrameReader(ANSWER_BYTES);
  for await (const [chunk] of on(socket, 'data', { signal, close: ['close'] })) {
    const [frame, ...others] = reader.push(chunk);
    if (frame === undefined) continue;
    socket.pause();
    if (others.length > 0 || reader.waiting > 0) {
      throw unavailable('the directory sent more than the answer to StartTLS before TLS');
    }
    return readResponse(frame);
  }
  throw unavailable('the directory closed the connection instead of starting TLS');
}
