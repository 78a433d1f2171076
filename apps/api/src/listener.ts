/** The socket that requests come in at: plain, or with TLS by certificate files that are read anew when they change. */
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { createSecureContext } from "node:tls";
import { AppError } from "@holdfast/contract";

/**
 * Slow clients do not hold a socket. Milliseconds for the headers, for the whole request, and without a byte in either
 * direction: longer than a provider is waited for, and than the pings of a watch, which a client that reads nothing never gets.
 */
const TIME_LIMITS = { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };
const SILENCE = 180_000;
/** Of all headers together, in bytes, and in number. */
const SIZE_LIMITS = { maxHeaderSize: 16 * 1024 };
const HEADERS_MAX = 100;
const CONNECTIONS_MAX = 5_000;
/** How often the certificate files are looked at, in milliseconds. */
const LOOK_EVERY = 5_000;

export interface TlsFiles {
	cert: string;
	key: string;
}

export interface Listening {
	server: Server | TlsServer;
	/** Look at no file any more. */
	release(): void;
}

/** @throws AppError `OPTION_INVALID` for files that are no certificate with its key. */
export function createListener(tls: TlsFiles | null, warn: (message: string) => void): Listening {
	const options = { ...TIME_LIMITS, ...SIZE_LIMITS };
	if (tls === null) return { server: limited(createServer(options)), release: () => {} };
	const server = createTlsServer({ ...options, ...readPair(tls), minVersion: "TLSv1.2" });
	const renew = () => {
		try {
			server.setSecureContext({ ...readPair(tls), minVersion: "TLSv1.2" });
		} catch (error) {
			// The one there was goes on: half a pair may just be being written.
			warn((error as Error).message);
		}
	};
	for (const file of [tls.cert, tls.key]) watchFile(file, { interval: LOOK_EVERY, persistent: false }, renew);
	const release = () => {
		for (const file of [tls.cert, tls.key]) unwatchFile(file, renew);
	};
	return { server: limited(server), release };
}

function limited<S extends Server | TlsServer>(server: S): S {
	server.maxHeadersCount = HEADERS_MAX;
	server.maxConnections = CONNECTIONS_MAX;
	server.setTimeout(SILENCE);
	return server;
}

function readPair({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
	const pair = { cert: readPem("HOLDFAST_TLS_CERT", cert), key: readPem("HOLDFAST_TLS_KEY", key) };
	try {
		createSecureContext(pair);
		return pair;
	} catch (cause) {
		const detail = `${cert} and ${key} are no certificate in PEM with its private key`;
		throw new AppError("OPTION_INVALID", { name: "HOLDFAST_TLS_CERT", detail }, { cause });
	}
}

function readPem(name: string, file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (cause) {
		const detail = `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
		throw new AppError("OPTION_INVALID", { name, detail }, { cause });
	}
}
