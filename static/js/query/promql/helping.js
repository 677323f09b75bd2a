// PromQL as it is written here: its words, and the names that its source knows.
import { completeIn } from "./completing.js";
import { promql } from "./language.js";
import { namesAt } from "./names.js";

export const promqlLanguage = (words) => [promql, promql.data.of({ autocomplete: completeIn(words, namesAt(words.names)) })];
