/* assets/plain.js - a page that only reads: the language switch, nothing else. */
import { startLanguage } from "./language.js";

startLanguage();
