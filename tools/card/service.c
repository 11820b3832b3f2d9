/* tools/card/service.c - asking a Watashi service over HTTPS. */
#include "card/service.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

#include "base/file.h"
#include "codec/document.h"
#include "codec/json_writer.h"
#include "common/received.h"

#define ANSWER_LARGEST (256 * KIB)
#define REQUEST_LARGEST (256 * KIB)
#define TEXT_LARGEST (16 * KIB) /* as the server's and its schema's */
#define TOKEN_LARGEST 512
#define WAIT 60L /* seconds */

static bool
part_is(CURLU *url, CURLUPart part, const char *text)
{
	char *found = NULL;
	bool is = curl_url_get(url, part, &found, 0) == CURLUE_OK && strcasecmp(found, text) == 0;

	curl_free(found);
	return is;
}

static bool
part_exists(CURLU *url, CURLUPart part)
{
	char *found = NULL;
	bool exists = curl_url_get(url, part, &found, 0) == CURLUE_OK;

	curl_free(found);
	return exists;
}

/* Nobody between hears what goes to this machine itself. */
static bool
stays_here(CURLU *url)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < COUNT(hosts); i++)
		if (part_is(url, CURLUPART_HOST, hosts[i]))
			return true;
	return false;
}

/* As it is asked for, so that the host that is looked at is the one that is asked. A name before the host is not what
 * anybody reads as the host. */
static enum err
url_read(const char *text, CURLU *url, struct problem *why)
{
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NO_DEFAULT_PORT);

	if (code != CURLUE_OK)
		return problem_set(why, ERR_SYNTAX, "RFC 3986 s3", "expected an https URL: %s",
		    curl_url_strerror(code));
	if (part_exists(url, CURLUPART_USER) || part_exists(url, CURLUPART_PASSWORD))
		return problem_set(why, ERR_DENIED, "RFC 9110 s4.2.4",
		    "expected a URL with nothing before its host, found a user's name or password there");
	if (!part_is(url, CURLUPART_SCHEME, "https") && !(part_is(url, CURLUPART_SCHEME, "http") && stays_here(url)))
		return problem_set(why, ERR_DENIED, "RFC 6750 s5.3", "%s: expected https", text);
	return OK;
}

/* "title: detail" of a problem document (RFC 9457), or of OAuth's errors; else nothing is repeated. */
static enum err
status_problem(struct arena *a, long status, struct span body, struct problem *why)
{
	const char *title = "", *detail = "";
	struct document document = document_parse(a, "answer", body);
	json_t *root = document.root, *value;

	if ((value = json_object_get(root, "title")) || (value = json_object_get(root, "error")))
		title = arena_text(a, span_text(json_is_string(value) ? json_string_value(value) : ""));
	if ((value = json_object_get(root, "detail")) || (value = json_object_get(root, "error_description")))
		detail = arena_text(a, span_text(json_is_string(value) ? json_string_value(value) : ""));
	document_end(&document, NULL);
	return problem_set(why, ERR_DENIED, "", "the service answered with status %ld%s%s%s%s", status,
	    *title ? ": " : "", title, *detail ? ": " : "", detail);
}

static struct curl_slist *
fields_make(struct arena *a, const struct service *s, bool posts)
{
	struct curl_slist *fields = curl_slist_append(NULL, "Accept: application/json, text/plain");

	if (posts)
		fields = curl_slist_append(fields, "Content-Type: application/json");
	if (s->bearer)
		fields = curl_slist_append(fields, arena_print(a, "Authorization: Bearer %s", s->bearer));
	return fields;
}

enum err
service_ask(const struct service *s, struct arena *a, const char *path, struct span json, struct span *body,
    struct problem *why)
{
	const char *url = arena_print(a, "%s%s", s->url, path);
	struct buffer answer = buffer_init(ANSWER_LARGEST);
	CURLU *parsed = curl_url();
	struct curl_slist *fields;
	char said[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;
	CURL *curl;

	if (!parsed)
		abort();
	if (url_read(url, parsed, why) != OK) {
		curl_url_cleanup(parsed);
		return why->code;
	}
	curl = curl_easy_init();
	fields = fields_make(a, s, json.size);
	if (!curl || !fields)
		abort();
	curl_easy_setopt(curl, CURLOPT_CURLU, parsed);
	/* One that is configured would hear what goes in clear. */
	if (part_is(parsed, CURLUPART_SCHEME, "http"))
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "watashi-card");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WAIT);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_received);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	if (s->authorities)
		curl_easy_setopt(curl, CURLOPT_CAINFO, s->authorities);
	if (json.size) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)json.size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.data);
	}
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);
	curl_url_cleanup(parsed);
	*body = arena_copy(a, buffer_span(&answer));
	buffer_release(&answer);
	if (code != CURLE_OK)
		return problem_set(why, ERR_UNAVAILABLE, "", "%s: %s", url, said[0] ? said : curl_easy_strerror(code));
	return status == 200 || status == 201 ? OK : status_problem(a, status, *body, why);
}

enum err
bearer_read(struct arena *a, const char *name, const char **out, struct problem *why)
{
	struct buffer file = buffer_init(TOKEN_LARGEST);
	enum err err = file_read(name, &file, why);

	if (err == OK) {
		struct span rest = buffer_span(&file);

		*out = arena_text(a, span_trim(span_cut(&rest, '\n')));
	}
	buffer_release(&file);
	return err;
}

static void
member_add(struct buffer *b, const char *name, const char *value)
{
	if (value)
		json_write_member(b, name, span_text(value));
}

enum err
challenge_fetch(const struct service *s, struct arena *a, const struct challenge_wish *wish, struct challenge *out,
    struct problem *why)
{
	struct buffer json = buffer_init(REQUEST_LARGEST);
	struct document document;
	struct place root;
	struct span body;
	const char *purpose = jpki_purpose_name(wish->purpose);
	enum err err;

	buffer_print(&json, "{\"purpose\":\"%s\"", purpose);
	member_add(&json, "relying_party", wish->relying_party);
	member_add(&json, "origin", wish->origin);
	member_add(&json, "reference", wish->reference);
	member_add(&json, "what", wish->what);
	if (wish->continues.handle) {
		buffer_text(&json, ",\"continues\":{");
		member_add(&json, "handle", wish->continues.handle);
		member_add(&json, "purpose", wish->continues.purpose);
		member_add(&json, "medium", wish->continues.medium);
		buffer_byte(&json, '}');
	}
	buffer_byte(&json, '}');
	err = service_ask(s, a, "v1/jpki/challenges", buffer_span(&json), &body, why);
	buffer_release(&json);
	if (err != OK)
		return err;
	document = document_parse(a, "challenge", body);
	root = document_root(&document);
	out->id = place_text(place_required(place_member(root, "id")), 32, 32, NULL);
	out->text = span_text(place_text(place_required(place_member(root, "text")), 1, TEXT_LARGEST, NULL));
	out->expires_at = place_text(place_required(place_member(root, "expires_at")), 1, 40, NULL);
	/* It becomes part of a path, and what is signed is what was asked for. */
	if (strspn(out->id, "0123456789abcdef") != 32)
		place_fail(place_member(root, "id"), "32 hexadecimal digits", NULL);
	if (strcmp(place_text(place_required(place_member(root, "purpose")), 1, 40, NULL), purpose) != 0)
		place_fail(place_member(root, "purpose"), purpose, NULL);
	return document_end(&document, why);
}

enum err
proof_post(const struct service *s, struct arena *a, const struct challenge *c, struct span certificate,
    const struct smartcard_signature *signature, struct span *outcome, struct problem *why)
{
	struct span encoded = base64_write(a, certificate), signed_by = base64_write(a, signature->bytes);
	const char *json = arena_print(a, "{\"algorithm\":\"%s\",\"certificate\":\"%.*s\",\"signature\":\"%.*s\"}",
	    signature->algorithm, SPAN_ARGS(encoded), SPAN_ARGS(signed_by));

	return service_ask(s, a, arena_print(a, "v1/jpki/challenges/%s/proof", c->id), span_text(json), outcome, why);
}
