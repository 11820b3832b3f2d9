/* daemon/notice_service.c - delivery as the configuration has it. */
#include "daemon/notice_service.h"

#include <stdlib.h>

#include "crypto/private_file.h"

#define PASSWORD_LARGEST KIB
#define MAILS_AT_ONCE 4
#define MAIL_TIME SECONDS(120)
#define PUSHES_AT_ONCE 8

enum err
notice_service_prepare(struct notice_service *s, const struct config *config, struct problem *why)
{
	const char *file = config->notices.mail.password_file;
	struct span secret, line, rest;

	*s = (struct notice_service){ 0 };
	if (!file)
		return OK;
	if (private_file_read(file, "password file", PASSWORD_LARGEST, &secret, why) != OK)
		return why->code;
	rest = secret;
	line = span_cut(&rest, '\n');
	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	if (!line.size || memchr(line.data, '\0', line.size))
		problem_set(why, ERR_SYNTAX, "", "password file %s: expected a password on its first line", file);
	else if (!(s->password = strndup((const char *)line.data, line.size)))
		abort();
	private_file_free(&secret);
	return s->password ? OK : why->code;
}

void
notice_service_open(struct notice_service *s, const struct child *child, struct store *store,
    struct signer_client *signer, const struct address_set *internal)
{
	const struct config *config = child->config;
	const struct fetcher_settings fetch = {
		.plain_http = config->fetch.plain_http,
		.internal = internal,
		.authorities = config->fetch.authorities,
		.at_once = PUSHES_AT_ONCE,
	};
	struct delivery_settings settings = {
		.store = store,
		.mail = config->notices.mail.url ? &s->mail : NULL,
		.push = { store, signer, NULL, config->keys, config->notices.push_contact, clock_now },
		.wording = { { span_text(config->federation.name_ja), span_text(config->federation.name_en) },
		    span_text(config->federation.base_url) },
		.figures = &child->figures[child->seat],
	};

	s->mail = (struct mailer_settings){
		.url = config->notices.mail.url,
		.from = config->notices.mail.from,
		.user = config->notices.mail.user,
		.password = s->password,
		.tls = config->notices.mail.tls,
		.authorities = config->notices.mail.authorities,
		.at_once = MAILS_AT_ONCE,
		.time = MAIL_TIME,
	};
	s->fetcher = settings.push.fetcher = fetcher_new(child->loop, &fetch);
	s->delivery = delivery_new(child->loop, &settings);
}

void
notice_service_close(struct notice_service *s)
{
	delivery_free(s->delivery);
	fetcher_free(s->fetcher);
	if (s->password)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
}
