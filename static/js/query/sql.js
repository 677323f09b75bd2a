// SQL as it is written here: PostgreSQL's, with macros and variables, and the names that its source knows.
import { PostgreSQL, SQLDialect, sql } from "../../vendor/codemirror/lang-sql.js";
import { completeWords, schemaOf } from "./completing.js";

// PostgreSQL's dictionary calls “label” and “value” keywords too: people have columns of that name.
const keywords = `all and any array as asc between both by case cast collate cross current_date current_timestamp desc distinct
  else end except exists extract false filter following for from full group grouping having ilike in inner intersect interval is
  isnull join lateral leading left like limit natural not notnull null nulls offset on only or order ordinality outer over
  partition preceding range right rollup rows select sets similar some symmetric tablesample then ties to trailing true unbounded
  union unnest using values when where window with within`;

// `$` begins macros and variables here, never a string.
const dialect = SQLDialect.define({ ...PostgreSQL.spec, keywords, doubleDollarQuotedStrings: false, specialVar: "$" });

export const sqlLanguage = (words) => [
  sql({ dialect, schema: schemaOf(words), defaultSchema: words.first, upperCaseKeywords: true }),
  dialect.language.data.of({ autocomplete: completeWords(words) }),
];
