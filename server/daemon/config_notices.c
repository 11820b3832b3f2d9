/* daemon/config_notices.c - the part of the configuration about what persons are told, and how: "/notices". */
#include "daemon/config_reading.h"

#include "codec/mail_message.h"
#include "net/origin.h"

#define LONGEST_URL 500
#define LONGEST_USER 128

/* An authority without a user, and perhaps the name we greet with. */
static bool
is_server(struct span s, struct span *host)
{
	struct span name = s, authority = span_cut(&name, '/');

	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~' || strchr("@?#\\\"<>", s.data[i]))
			return false;
	/* In brackets an address has colons of its own. */
	if (span_starts(authority, "["))
		*host = span_cut(&authority, ']');
	else
		*host = span_cut(&authority, ':');
	*host = span_starts(*host, "[") ? span_skip(*host, 1) : *host;
	return host->size > 0 && !memchr(name.data ? name.data : (const void *)"", '/', name.size);
}

/* A password is told to nobody before TLS has said who that is. */
static void
check_secrecy(struct place user, const char *url, enum mail_tls tls, struct span host)
{
	if (tls != MAIL_TLS_REQUIRED && strncmp(url, "smtps:", 6) != 0 && !host_is_loopback(host))
		place_fail(user, "\"tls\": \"required\" beside it, for the password goes over the network", NULL);
}

static enum mail_tls
read_tls(struct place p)
{
	static const char *const words[] = {
		[MAIL_TLS_REQUIRED] = "required", [MAIL_TLS_TRY] = "try", [MAIL_TLS_NONE] = "none",
	};
	const char *text = place_text(p, 1, 20, words[MAIL_TLS_REQUIRED]);

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(text, words[i]) == 0)
			return (enum mail_tls)i;
	place_fail(p, "\"required\", \"try\" or \"none\"", NULL);
	return MAIL_TLS_REQUIRED;
}

static void
read_mail(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place url = place_member(p, "url"), from = place_member(p, "from"), user = place_member(p, "user");
	struct place password = place_member(p, "password_file"), authorities = place_member(p, "authorities");
	struct span host = { 0 };
	const char *text;

	if (!place_exists(p))
		return;
	text = place_text(url, 8, LONGEST_URL, NULL);
	if ((strncmp(text, "smtp://", 7) != 0 || !is_server(span_text(text + 7), &host)) &&
	    (strncmp(text, "smtps://", 8) != 0 || !is_server(span_text(text + 8), &host)))
		place_fail(url, "a mail server such as \"smtp://mail.example:587\" or \"smtps://mail.example\"", NULL);
	c->notices.mail.url = text;
	c->notices.mail.from = place_text(from, 3, MAIL_ADDRESS_LARGEST, NULL);
	if (!mail_address_valid(span_text(c->notices.mail.from)))
		place_fail(from, "a mail address such as \"no-reply@federation.example\"", NULL);
	c->notices.mail.tls = read_tls(place_member(p, "tls"));
	if (place_exists(authorities))
		c->notices.mail.authorities = read_path(r, authorities, NULL, A_FILE);
	if (place_exists(user) != place_exists(password)) {
		place_fail(p, "\"user\" and \"password_file\", or neither", "one of them");
	} else if (place_exists(user)) {
		c->notices.mail.user = place_text(user, 1, LONGEST_USER, NULL);
		c->notices.mail.password_file = read_path(r, password, NULL, A_FILE);
		check_secrecy(user, text, c->notices.mail.tls, host);
	}
}

/* RFC 8292 s2.1: whom a push service may turn to. */
static void
read_push(struct reading *r, struct place p)
{
	struct place contact = place_member(p, "contact");
	const char *text;

	if (!place_exists(p))
		return;
	text = r->config->federation.contact;
	if (place_exists(contact))
		text = place_text(contact, 8, 500, NULL);
	if (!text)
		place_fail(contact, "a contact, for /federation has none", "none");
	else if (strncmp(text, "mailto:", 7) != 0 && strncmp(text, "https:", 6) != 0)
		place_fail(contact, "mailto: or https:", NULL);
	else
		r->config->notices.push_contact = check_uri(contact, text);
}

void
read_notices(struct reading *r, struct place p)
{
	read_mail(r, place_member(p, "mail"));
	read_push(r, place_member(p, "push"));
}
