/* daemon/logout_service.h - clients are told of sessions' ends as the configuration has it: its issuer, its keys, whom
 * the fetcher may reach. Nothing where it has no section `oidc`.
 */
#pragma once

#include "daemon/child.h"
#include "daemon/logout_delivery.h"

struct logout_service {
	struct oidc_keys *keys;
	struct client_book *clients;
	struct fetcher *fetcher;
	struct logout_delivery *delivery;
};

void logout_service_open(struct logout_service *, const struct child *, struct store *, struct signer_client *,
    const struct address_set *internal);
void logout_service_close(struct logout_service *);
