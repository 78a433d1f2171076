/** The formats that settings are exported in, one list for the command line, the dashboard and what writes them. */
export const EXPORT_FORMATS = ["dotenv", "sh", "json", "docker", "kubernetes"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
