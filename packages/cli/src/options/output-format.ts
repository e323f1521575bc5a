export type OutputFormat = 'columns' | 'json' | 'jsonl' | 'yaml' | 'csv';
