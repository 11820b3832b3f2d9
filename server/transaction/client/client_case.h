/* transaction/client/client_case.h - what becomes of a client that registers itself, looks, changes or goes: private to
 * client_registration.c, which loads and commits. But for new secrets it is a pure function of what is there and what
 * is asked for.
 */
#pragma once

#include "transaction/client/client_registration.h"

enum client_action { CLIENT_REGISTER, CLIENT_LOOK, CLIENT_CHANGE, CLIENT_REMOVE };

struct client_case {
	const struct client_registering *asked;
	enum client_action action;
	struct registered_client client;   /* as it is (but of one that registers), then as it will be */
	struct span member, registrar;
	uint32_t count;                    /* of clients that its member has */
	struct client_information told;    /* secrets that are new */
};
/* `member_row` empty: there is none. What is made lives in the arena. */
enum err client_case_decide(struct arena *, struct client_case *, struct span member_row, enum client_fault *,
    struct problem *why);
