/* crypto/xmldsig.c - the SignedInfo and Signature of a document we wrote canonically ourselves.
 *
 * Canonical form (exclusive C14N) leaves no choice but the values, so writing is filling in and reading is comparing.
 */
#include "crypto/xmldsig.h"

#include <assert.h>

#include "base/buffer.h"
#include "codec/text.h"

#define REFERENCE_LARGEST 80
#define PREFIXES_LARGEST (2 * KIB)
#define DIGEST_TEXT 44 /* base64 of 32 bytes */

#define NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define NS_EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

/* RFC 9231 s2.3. Reading meets an RSA method with KEY_RSA_2048, the first: the method does not tell sizes apart. */
static const struct {
	enum key_type key;
	const char *uri;
} methods[] = {
	{ KEY_RSA_2048, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" },
	{ KEY_RSA_3072, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" },
	{ KEY_RSA_4096, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" },
	{ KEY_P256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" },
	{ KEY_P384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" },
};

/* What stands between the values, in their order. */
static const char element[] = "<ds:SignedInfo>";
static const char canonical_element[] = "<ds:SignedInfo xmlns:ds=\"" NS_DS "\">";
static const char before_method[] = "<ds:CanonicalizationMethod Algorithm=\"" NS_EXC_C14N
    "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"";
static const char before_reference[] = "\"></ds:SignatureMethod><ds:Reference URI=\"#";
static const char before_prefixes[] = "\"><ds:Transforms><ds:Transform Algorithm=\"" NS_DS
    "enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"" NS_EXC_C14N "\">";
static const char prefixes_open[] = "<ec:InclusiveNamespaces xmlns:ec=\"" NS_EXC_C14N "\" PrefixList=\"";
static const char prefixes_close[] = "\"></ec:InclusiveNamespaces>";
static const char before_digest[] = "</ds:Transform></ds:Transforms><ds:DigestMethod "
    "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>";
static const char after_digest[] = "</ds:DigestValue></ds:Reference></ds:SignedInfo>";

/* An NCName of ASCII letters: nothing in it needs escaping. Prefixes come from documents of others and may have other
 * letters as well; whoever read the document knows that they are. */
static bool
is_name(struct span s, bool other_letters)
{
	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		    (other_letters && c >= 0x80);

		if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return s.size > 0;
}

/* Names with one space between them, ascending: one list has one form. */
static bool
is_prefix_list(struct span s)
{
	struct span last = { 0 };

	if (s.size > PREFIXES_LARGEST || !utf8_valid(s) || (s.size && s.data[s.size - 1] == ' '))
		return false;
	while (s.size) {
		struct span name = span_cut(&s, ' ');

		if (!is_name(name, true) || (last.size && span_compare(last, name) >= 0))
			return false;
		last = name;
	}
	return true;
}

static const char *
method_of(enum key_type key)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (methods[i].key == key)
			return methods[i].uri;
	return NULL;
}

static void
write_after_start(struct buffer *b, const struct signed_info *info, struct arena *a)
{
	buffer_text(b, before_method);
	buffer_text(b, method_of(info->key));
	buffer_text(b, before_reference);
	buffer_add(b, info->reference);
	buffer_text(b, before_prefixes);
	if (info->prefixes.size) {
		buffer_text(b, prefixes_open);
		buffer_add(b, info->prefixes);
		buffer_text(b, prefixes_close);
	}
	buffer_text(b, before_digest);
	buffer_add(b, base64_write(a, span_of(info->digest, sizeof(info->digest))));
	buffer_text(b, after_digest);
}

enum err
signed_info_write(const struct signed_info *info, struct arena *a, struct span *out, struct problem *why)
{
	struct buffer b = buffer_init(8 * KIB);

	if (!method_of(info->key))
		return problem_set(why, ERR_UNSUPPORTED, "SAML 2.0 metadata",
		    "an XML signature by a key of type %s; expected rsa-2048, rsa-3072, rsa-4096, p-256 or p-384",
		    key_type_name(info->key));
	if (!is_name(info->reference, false) || info->reference.size > REFERENCE_LARGEST)
		return problem_set(why, ERR_INVALID, "XML Signature s4.4.3",
		    "the reference is not an NCName of 1 to %d ASCII letters, digits, '.', '-' and '_'",
		    REFERENCE_LARGEST);
	if (!is_prefix_list(info->prefixes))
		return problem_set(why, ERR_INVALID, "exclusive C14N s3",
		    "the PrefixList is not a sorted list of at most %zu bytes", PREFIXES_LARGEST);
	buffer_text(&b, canonical_element);
	write_after_start(&b, info, a);
	assert(!b.overflowed);
	*out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return OK;
}

/* Reading: a literal or a value up to the next quote or tag; after the first that is wrong, nothing matches. */
static bool
skip_literal(struct span *rest, const char *literal)
{
	if (!span_starts(*rest, literal))
		return false;
	*rest = span_skip(*rest, strlen(literal));
	return true;
}

static struct span
take_value(struct span *rest)
{
	struct span value = *rest;

	value.size = 0;
	while (value.size < rest->size && value.data[value.size] != '"' && value.data[value.size] != '<')
		value.size++;
	*rest = span_skip(*rest, value.size);
	return value;
}

static bool
digest_read(struct span text, uint8_t out[32])
{
	struct arena a = arena_init(1 * KIB);
	struct span bytes;
	bool good = text.size == DIGEST_TEXT && base64_read(&a, text, &bytes) && bytes.size == 32;

	if (good)
		memcpy(out, bytes.data, 32);
	arena_release(&a);
	return good;
}

enum err
signed_info_read(struct span s, struct signed_info *out, struct problem *why)
{
	struct span rest = s, method, digest_text;

	*out = (struct signed_info){ 0 };
	if (!skip_literal(&rest, canonical_element) || !skip_literal(&rest, before_method))
		goto wrong;
	method = take_value(&rest);
	for (size_t i = 0; i < COUNT(methods) && out->key == KEY_UNKNOWN; i++)
		if (span_is(method, methods[i].uri))
			out->key = methods[i].key;
	if (out->key == KEY_UNKNOWN || !skip_literal(&rest, before_reference))
		goto wrong;
	out->reference = take_value(&rest);
	if (!is_name(out->reference, false) || out->reference.size > REFERENCE_LARGEST ||
	    !skip_literal(&rest, before_prefixes))
		goto wrong;
	if (skip_literal(&rest, prefixes_open)) {
		out->prefixes = take_value(&rest);
		if (!out->prefixes.size || !is_prefix_list(out->prefixes) || !skip_literal(&rest, prefixes_close))
			goto wrong;
	}
	if (!skip_literal(&rest, before_digest))
		goto wrong;
	digest_text = take_value(&rest);
	if (digest_read(digest_text, out->digest) && skip_literal(&rest, after_digest) && rest.size == 0)
		return OK;
wrong:
	*out = (struct signed_info){ 0 };
	return problem_set(why, ERR_SYNTAX, "XML Signature s4.4",
	    "this is not a SignedInfo as this house writes it: byte %zu", s.size - rest.size);
}

struct span
signature_element(const struct signed_info *info, struct span signature, struct span certificate, struct arena *a)
{
	struct buffer b = buffer_init(16 * KIB + 2 * certificate.size);
	struct span out;

	assert(method_of(info->key) && is_name(info->reference, false) && is_prefix_list(info->prefixes));
	buffer_text(&b, "<ds:Signature>");
	buffer_text(&b, element);
	write_after_start(&b, info, a);
	buffer_text(&b, "<ds:SignatureValue>");
	buffer_add(&b, base64_write(a, signature));
	buffer_text(&b, "</ds:SignatureValue>");
	if (certificate.size) {
		buffer_text(&b, "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>");
		buffer_add(&b, base64_write(a, certificate));
		buffer_text(&b, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
	}
	buffer_text(&b, "</ds:Signature>");
	assert(!b.overflowed);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}
