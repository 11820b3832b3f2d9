/* tools/ctl/jpki.h - what the files of `watashictl jpki` share: its actions, anchors from files, and a file that is
 * explained.
 */
#pragma once

#include <jansson.h>

#include "ctl/command.h"
#include "jpki/verification.h"

/* jpki_verify.c, jpki_costs.c */
command_run jpki_verify_files, jpki_costs;
/* jpki_log.c */
command_run jpki_log;
/* jpki_end.c */
command_run jpki_end, jpki_resume;

/* jpki_crl.c: `jpki crl`, with actions of its own */
command_run jpki_crl;
/* jpki_crl_refresh.c: of the daemon */
command_run jpki_crl_refresh;

/* jpki_anchors.c: each path is a certificate or a directory of them (*.cer, *.crt, *.der, *.pem); purpose and world are
 * told by its name. Those of the test world are taken with `test` alone, and otherwise passed over. A directory
 * without any is ERR_NOT_FOUND: somebody meant another. */
enum err jpki_anchors_load(struct ctl *, const struct texts *paths, bool test, struct jpki_anchors **out,
    struct problem *why);
/* By the names in a subject: "O=JPKI", "OU=JPKI for digital signature" … False: it is no JPKI authority. */
bool jpki_authority_named(struct ctl *, struct span subject, enum jpki_purpose *, enum jpki_world *);

/* Known generations of the production authorities (jpki.md 1.1). */
struct jpki_generation {
	const char *file;         /* as J-LIS names it: "signca02" */
	enum jpki_purpose purpose;
	unsigned number;
	const char *key_id, *sha256; /* hexadecimal */
};
const struct jpki_generation *jpki_generation_of(const char *key_id); /* NULL: none known */

/* jpki_document.c: what a file is */
enum jpki_kind { JPKI_UNKNOWN_FILE, JPKI_AUTHORITY_FILE, JPKI_CERTIFICATE_FILE, JPKI_CMS_FILE, JPKI_XML_FILE };
struct jpki_file {
	const char *path;
	enum jpki_kind kind;      /* unknown: none of them */
	struct span bytes;        /* DER, or XML */
	struct span certificate;  /* itself, or the signer's; empty: not found */
};
enum err jpki_file_read(struct ctl *, const char *path, unsigned switches, struct jpki_file *out,
    struct problem *why);

/* jpki_show.c */
struct jpki_explained {
	struct jpki_file file;
	enum outcome outcome;
	struct examination examination;
	struct jpki_verified verified; /* of what is no authority */
	struct x509 certificate;       /* der empty: there is none */
	const struct jpki_generation *generation;
};
void jpki_explained_show(struct ctl *, const struct jpki_explained *);
json_t *jpki_explained_json(struct ctl *, const struct jpki_explained *);
