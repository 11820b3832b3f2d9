/* codec/mail_message.c - a mail as SMTP takes it. */
#include "codec/mail_message.h"

#include <assert.h>

#include "codec/text.h"

#define LOCAL_LARGEST 64
#define LABEL_LARGEST 63
/* RFC 2047 s2: a line with an encoded word has 76 characters at most; 39 bytes are 52 letters, "Subject: =?UTF-8?B?"
 * and "?=" twenty-one. */
#define WORD_BYTES 39
#define LINE_BYTES 57 /* RFC 2045 s6.8: 76 letters a line */

static bool
is_alphanumeric(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5322 s3.2.3 atext, and the dot. */
static bool
is_local(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (!is_alphanumeric(s.data[i]) && (!s.data[i] || !strchr("!#$%&'*+-/=?^_`{|}~.", s.data[i])))
			return false;
	return s.size > 0 && s.size <= LOCAL_LARGEST;
}

static bool
is_label(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (!is_alphanumeric(s.data[i]) && s.data[i] != '-')
			return false;
	return s.size > 0 && s.size <= LABEL_LARGEST && s.data[0] != '-' && s.data[s.size - 1] != '-';
}

static bool
is_domain(struct span s)
{
	if (s.size == 0 || s.data[s.size - 1] == '.')
		return false;
	while (s.size)
		if (!is_label(span_cut(&s, '.')))
			return false;
	return true;
}

bool
mail_address_valid(struct span address)
{
	struct span domain = address, local;

	if (address.size > MAIL_ADDRESS_LARGEST || !memchr(address.data ? address.data : (const void *)"", '@',
	    address.size))
		return false;
	local = span_cut(&domain, '@');
	return is_local(local) && is_domain(domain);
}

/* Into `out`, whose bytes stay the caller's; what is encoded is small. */
static void
add_base64(struct buffer *out, struct span bytes)
{
	struct arena a = arena_init(1 * KIB);

	buffer_add(out, base64_write(&a, bytes));
	arena_release(&a);
}

/* No character is cut in two between words (RFC 2047 s5). */
static void
add_words(struct buffer *b, struct span text)
{
	const char *before = "";

	while (text.size) {
		struct span word = utf8_first(text, WORD_BYTES);

		/* No UTF-8 after all: cut anywhere. */
		if (!word.size)
			word = span_first(text, WORD_BYTES);
		buffer_print(b, "%s=?UTF-8?B?", before);
		add_base64(b, word);
		buffer_text(b, "?=");
		text = span_skip(text, word.size);
		before = "\r\n ";
	}
}

static struct span
domain_of(struct span address)
{
	span_cut(&address, '@');
	return address;
}

static void
add_fields(struct buffer *b, const struct mail_message *m)
{
	char at[INSTANT_TEXT];

	buffer_text(b, "From: ");
	add_words(b, m->from_name);
	buffer_print(b, "%s<%.*s>\r\n", m->from_name.size ? "\r\n " : "", SPAN_ARGS(m->from));
	buffer_print(b, "To: <%.*s>\r\nSubject: ", SPAN_ARGS(m->to));
	add_words(b, m->subject);
	/* RFC 5322 s3.3 wants an offset where HTTP says GMT. */
	buffer_print(b, "\r\nDate: %.25s +0000\r\n", instant_http(m->at, at));
	buffer_print(b, "Message-ID: <%.*s@%.*s>\r\n", SPAN_ARGS(m->id), SPAN_ARGS(domain_of(m->from)));
	buffer_print(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Language: %s\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", m->language);
}

/* RFC 2045 s6.8: lines of a text end in CRLF before they are encoded. */
static void
add_text(struct buffer *b, struct span text)
{
	struct buffer lines = buffer_init(2 * text.size + 1);
	struct span rest;

	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '\n')
			buffer_byte(&lines, '\r');
		buffer_byte(&lines, text.data[i]);
	}
	for (rest = buffer_span(&lines); rest.size; rest = span_skip(rest, LINE_BYTES)) {
		add_base64(b, span_first(rest, LINE_BYTES));
		buffer_text(b, "\r\n");
	}
	buffer_release(&lines);
}

void
mail_message_write(struct buffer *b, const struct mail_message *m)
{
	assert(mail_address_valid(m->from) && mail_address_valid(m->to));
	for (size_t i = 0; i < m->id.size; i++)
		assert(is_alphanumeric(m->id.data[i]));
	add_fields(b, m);
	add_text(b, m->text);
}
