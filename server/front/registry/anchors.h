/* front/registry/anchors.h - the certificates of the federation's signing keys, as read at the start.
 *
 * The key directory is out of a worker's reach later, so a key made since has a row in the store but no certificate
 * here: it is listed with its fingerprint (the row has it), and its .cer is there once the workers were replaced
 * (SIGHUP, or `reload` of the control socket).
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"
#include "signer/signer.h"

struct anchor {
	const char *name, *type, *subject;
	struct instant from, until;
	struct span certificate; /* DER */
	uint8_t sha256[32];
};

struct anchors {
	struct anchor *list;
	size_t count;
};

/* Everything lives in the arena. */
enum err anchors_read(struct anchors *, const char *directory, struct arena *, struct problem *why);
