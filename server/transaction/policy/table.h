/* transaction/policy/table.h - where the store keeps frameworks: every version, published or proposed, and their
 * dictionary. */
#pragma once

#include "assurance/published_policy.h"
#include "store/store.h"

extern const struct table policy_table;       /* framework, 0x00, version -> struct published_policy; noticed */
extern const struct table dictionary_table;   /* "facts" -> facts.json's text; changes only with a version */
extern const struct table policy_change_table; /* "versions" -> how often any of them changed (8) */

#define POLICY_VERSIONS 64                    /* published and proposed */
#define DICTIONARY_KEY "facts"
#define POLICY_CHANGES_KEY "versions"

/* Every version there is, published or not; the dictionary; how often versions have changed. */
struct ask policies_ask(void);
struct ask dictionary_ask(void);
struct ask policy_changes_ask(void);

/* ERR_NOT_FOUND: there is no such version. */
enum err policy_missing(struct span framework, struct span version, struct problem *why);
