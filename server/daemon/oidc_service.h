/* daemon/oidc_service.h - the OpenID Provider in a worker: its keys, its link to the signer, its settings, its front.
 *
 *     opened behind the persons' service, whose secret it derives its keys from -> [ready] -> mounted
 */
#pragma once

#include "daemon/person_service.h"
#include "front/oidc/oidc.h"
#include "front/sign_on/sign_on.h"

struct oidc_service {
	struct oidc_settings settings;
	struct buffer error_page;    /* as it was at the start */
	struct signer_client *signer;
	int64_t signer_lost;         /* child_keep_link()'s */
	struct oidc_keys *keys;
	struct client_book *clients;
	struct oidc_front *front;    /* NULL: the configuration has no section of it */
	struct sign_on_front *sign_ons; /* the consent page's */
};

/* Nothing to do where the configuration has no section of it. */

void oidc_service_open(struct oidc_service *, const struct child *, struct store *, const struct person_service *);
/* Runs the loop until keys and policies have been read, or a second is over: a worker that takes another's place
 * answers as that did, from its first request on. */
void oidc_service_wait(const struct oidc_service *, struct loop *);
/* A link to a signer; takes `fd`. */
void oidc_service_link(struct oidc_service *, int fd);
/* Called every second: a link that was lost is asked for again. */
void oidc_service_tick(struct oidc_service *, struct child *);
void oidc_service_mount(struct oidc_service *, struct mount *, size_t *count);
void oidc_service_close(struct oidc_service *);
