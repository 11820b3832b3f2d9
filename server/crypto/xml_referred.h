/* crypto/xml_referred.h - the elements that a signature refers to; private to this room. */
#pragma once

#include "crypto/xml_signature.h"
#include "crypto/xml_signed.h"

struct xml_referred {
	xmlNodePtr element;
	enum xml_signature_form form;
	bool properties;         /* XAdES' */
};

/* One for each Reference; their IDs are registered then. ERR_INVALID: one names none or several, the form is none, or
 * what is covered would be twice. */
enum err xml_referred_find(xmlDocPtr, const struct xml_signature *, struct xml_referred out[XML_REFERENCES],
    struct problem *why);
