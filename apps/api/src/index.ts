/** The server. The procedures by themselves are at `@holdfast/api/router`. */
export { type Server, type ServerOptions, startServer } from "./server.ts";
