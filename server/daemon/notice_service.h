/* daemon/notice_service.h - delivery as the configuration has it: the mail server and its password, the fetcher for
 * push services, the federation's words.
 */
#pragma once

#include "daemon/child.h"
#include "daemon/delivery.h"

struct notice_service {
	char *password;                  /* NULL: none */
	struct mailer_settings mail;
	struct fetcher *fetcher;
	struct delivery *delivery;
};

/* Reads the password, as whoever we are yet. */
enum err notice_service_prepare(struct notice_service *, const struct config *, struct problem *why);
void notice_service_open(struct notice_service *, const struct child *, struct store *, struct signer_client *,
    const struct address_set *internal);
void notice_service_close(struct notice_service *);
