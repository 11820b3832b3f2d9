/* tools/testcard/world.h - the directory a test world lives in: its authorities by purpose and generation, and what
 * each has issued.
 *
 *     DIR/sign/1/ca.cer ca.pem ca.key responder.pem responder.key index.txt     the eldest generation of two
 *               list-signer.pem list-signer.key                                 who signs lists for it, if asked for
 *     DIR/sign/2/…   DIR/auth/1/…   DIR/auth/2/…                                all of a purpose have one name
 *     DIR/cards/NAME/                                                           card_directory.h
 *     DIR/crl/sign/Tokyo-to/Shibuya-ku.crl  Shibuya-ku.delta.crl                lists, by distribution point
 */
#pragma once

#include "testcard/shape.h"

#define GENERATIONS 8

struct authority {
	enum purpose purpose;
	unsigned generation;     /* 1 is the eldest */
	EVP_PKEY *key;
	struct span certificate; /* DER */
	struct span serial;      /* INTEGER, whole */
	struct span name;        /* the same for all generations */
	const char *folder;
};

struct world_plan {
	unsigned generations;
	struct instant now;
	const char *ocsp_url;    /* in what is issued from now on; NULL: none */
};

/* Makes a world in a directory that is not there or empty. */
enum err world_init(struct arena *, const char *directory, const struct world_plan *, struct problem *why);

/* `generation` 0: the newest. ERR_DENIED: its certificate is none of a test world. */
enum err authority_open(struct arena *, const char *directory, enum purpose, unsigned generation,
    struct authority *out, struct problem *why);
void authority_close(struct authority *);

/* The newest generation there is; 0: this is no test world. */
unsigned world_generation(struct arena *, const char *directory, enum purpose);
/* NULL: none. */
const char *world_ocsp_url(struct arena *, const char *directory);

/* The right certificate of an authority itself, of a responder it certifies. */
struct certificate_plan authority_plan(struct arena *, enum purpose, const EVP_PKEY *, struct span serial,
    struct instant from, struct instant until);
struct certificate_plan responder_plan(struct arena *, const struct authority *, const EVP_PKEY *, struct instant now);

/* A serial that no generation of this purpose has used: four bytes, as real ones are. */
enum err serial_new(struct arena *, const char *directory, enum purpose, struct span *integer, struct problem *why);
