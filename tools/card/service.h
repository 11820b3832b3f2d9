/* tools/card/service.h - asking a Watashi service over HTTPS: a challenge, and what became of its proof. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "card/earlier.h"
#include "card/smartcard.h"

struct service {
	const char *url;         /* "https://watashi.example/", or a challenge's text anywhere */
	const char *bearer;      /* NULL: none */
	const char *authorities; /* a PEM file of CAs; NULL: the system's */
};

/* GET, or POST with a JSON body. Status 200 and 201 are answers; anything else is ERR_DENIED with what the service
 * said. Plain http: only to this machine: a token and a person's attributes go along. */
enum err service_ask(const struct service *, struct arena *, const char *path, struct span json, struct span *body,
    struct problem *why);

/* A token that stands in a file's first line. */
enum err bearer_read(struct arena *, const char *file, const char **out, struct problem *why);

struct challenge {
	const char *id;
	struct span text;        /* what is to be signed */
	const char *expires_at;
};

struct challenge_wish {
	enum jpki_purpose purpose;
	const char *relying_party, *origin, *reference, *what; /* NULL: not said */
	struct earlier continues;
};
enum err challenge_fetch(const struct service *, struct arena *, const struct challenge_wish *, struct challenge *out,
    struct problem *why);

/* The service's answer whole, JSON. */
enum err proof_post(const struct service *, struct arena *, const struct challenge *, struct span certificate,
    const struct smartcard_signature *, struct span *outcome, struct problem *why);
