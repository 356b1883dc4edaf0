import { readFileSync } from "node:fs";
import { TriggerFields } from "../../../static/waves/js/trigger/fields.js";

/** What the server says of the fields of a trigger; a test of Python's holds it to be so. */
export const SCHEMA = JSON.parse(readFileSync(new URL("../dsp/trigger_fields.json", import.meta.url), "utf8"));
export const FIELDS = new TriggerFields(SCHEMA);
