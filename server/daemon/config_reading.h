/* daemon/config_reading.h - what the files that read the configuration share. */
#pragma once

#include "codec/document.h"
#include "daemon/config.h"

#define HOUR SECONDS(3600)
#define DAY SECONDS(86400)

struct reading {
	struct arena *arena;
	struct document document;
	struct config *config;
};

/* What must be there when the file is read. */
enum presence { A_FILE, A_DIRECTORY, ITS_PARENT };

/* A path, made absolute; `fallback` NULL: it is required. */
const char *read_path(struct reading *, struct place, const char *fallback, enum presence);

/* Texts in an array. */
const char **read_texts(struct place list, size_t most, size_t longest, size_t *count);

/* Networks in an array: as texts, for who makes an address_set of them. */
const char **read_networks(struct place list, size_t *count);

/* A URI with its scheme (RFC 3986 s3): the text itself. */
const char *check_uri(struct place, const char *text);

/* "/jpki"; "/fetch" is read before. */
void read_jpki(struct reading *, struct place);

/* "/person"; "/federation" is read before. */
void read_person(struct reading *, struct place);

/* "/oidc"; "/federation" and "/person" are read before. */
void read_oidc(struct reading *, struct place);

/* "/authenticators" */
void read_authenticators(struct reading *, struct place);

/* "/notices"; "/federation" is read before. */
void read_notices(struct reading *, struct place);

/* "/members", "/validation", "/sources", "/fetch" and "/decisions". */
void read_registry(struct reading *, struct place root);
