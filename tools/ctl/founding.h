/* tools/ctl/founding.h - what `watashictl init` is to make, and the configuration file it writes. */
#pragma once

#include <sys/types.h>

#include "crypto/key.h"
#include "ctl/command.h"

struct founding {
	const char *directory;
	const char *name_ja, *name_en, *base_url;
	const char *registration_authority, *registration_policy, *publisher;
	struct texts listen;
	const char *local;
	const char *certificate, *tls_key; /* absolute paths, or both NULL */
	const char *user, *group;
	uid_t uid;
	gid_t gid;
	struct texts operators;
	const char *key_name, *key_type, *key_uri;
	enum key_type key_kind;
	const char *list_key_name, *list_key_type, *list_key_uri; /* of the key for the trusted list */
	enum key_type list_key_kind;
	const char *ledger_key_name, *ledger_key_uri;             /* of the ledger's key: always Ed25519 */
	/* who runs it, and where: NULL the federation's name, "JP" */
	const char *operator_ja, *operator_en, *territory;
	const char *pages;                 /* NULL: the installed ones */
};

/* The text of watashid.json, with a comment for each part. */
struct span founding_configuration(struct arena *, const struct founding *);

/* Removes a directory that was half made, with all in it. */
void founding_remove(const char *directory);
