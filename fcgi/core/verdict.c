#include "core/verdict.h"

#define FINAL    VERDICT_FINAL
#define CONFIG   VERDICT_CONFIGURATION
#define CONTRACT VERDICT_CONTRACT
#define DUP      VERDICT_DUPLICATE
#define RISK     VERDICT_RISK
#define WAIT     VERDICT_WAITING

#define HISTORY "Nothing to mend here. The action's history in impact.com tells who reversed it, and when."

/* clang-format off */
const struct verdict verdict_table[] = {
	/* impact.com's reasons for a submission (impact.md 2.5) */
	{ "ACTION_REF_NOT_FOUND", FINAL,
	  "Not partner-driven: impact.com found no partner's click for this customer.",
	  "If a partner did send this customer, check two things: is the click id from the landing page kept in a contact property "
	  "and is that property mapped to ClickId; and was an earlier lead sent with the same CustomerId?", "mappings" },
	{ "NO_VALID_ACTION_REF", FINAL,
	  "There was a partner's click, but no commission is due for it.",
	  "Look up the click and the partner's contract in impact.com if you expected a commission.", "impact" },
	{ "ACTIONTERMS_NOT_FOUND", CONTRACT,
	  "The partner's contract pays nothing for this event type.",
	  "Add the event type to the partner's contract in impact.com. When the record reaches the trigger again, it is "
	  "sent as a new try.", "impact" },
	{ "CONTRACT_NOT_FOUND", CONTRACT,
	  "The partner had no contract with you at that time.",
	  "Check the start and end of the partner's contract in impact.com. When the record reaches the trigger again, it "
	  "is sent as a new try.", "impact" },
	{ "PARTNER_NOT_ACTIVE", CONTRACT,
	  "The partner is no longer active in your program.",
	  "Activate the partner in impact.com if later conversions should count.", "impact" },
	{ "ACTIONTRACKER_NOT_FOUND", CONFIG,
	  "impact.com knows no event type with this code or number.",
	  "Enter the code in impact.com under Settings > Event Types > Codes, or map another value to EventTypeCode. "
	  "After that it is sent again by itself.", "mappings" },
	{ "ACTIONTRACKER_NOT_ACTIVE", CONFIG,
	  "The event type is switched off in impact.com.",
	  "Activate it in impact.com under Settings > Event Types.", "impact" },
	{ "ACTIONTRACKER_CAMPAIGN_MISMATCH", CONFIG,
	  "The event type belongs to another program.",
	  "Check the Program ID in Settings and the event type you mapped.", "settings" },
	{ "CAMPAIGN_NOT_FOUND", CONFIG,
	  "impact.com knows no program with this Program ID.",
	  "Correct the Program ID in Settings.", "settings" },
	{ "CONV_DUPLICATE", DUP,
	  "The same order was counted already.",
	  "Nothing, if it is the same sale. If not, map something to OrderId that is different for each sale.", "mappings" },
	{ "OID_MISSING", CONFIG,
	  "The conversion had no OrderId.",
	  "Map a HubSpot field to OrderId.", "mappings" },
	{ "NO_ITEM", CONFIG,
	  "impact.com expects products with this event type, and the conversion had none.",
	  "Map the line items of your deals, or an amount.", "mappings" },
	{ "MALFORMED", RISK,
	  "impact.com could not make sense of the click that belongs to this conversion.",
	  "Check that the click id is stored in HubSpot exactly as it came, with upper and lower case.", "mappings" },
	{ "OUTSIDE_ASSOCIATION_WINDOW", FINAL,
	  "Too much time passed between the partner's click and this conversion.",
	  "If this happens often, agree on a longer referral window in the partner's contract.", "impact" },
	{ "MAX_RECURRENCES_REACHED", FINAL,
	  "This click has been paid as often as the contract allows.",
	  "Change the limit in the partner's contract if later conversions should count.", "impact" },
	{ "CREDITING_RULE_MISMATCH", FINAL,
	  "Your program's crediting rules leave this click out.",
	  "Review the crediting rules of the program in impact.com.", "impact" },
	{ "OTHER_REF_PRIORITIZED", FINAL,
	  "Another partner's click had priority.",
	  "Nothing: the conversion is credited to the other partner.", "" },
	{ "REFTYPE_NOT_ACCEPTED", FINAL,
	  "This kind of referral is not accepted by your program.",
	  "Review which kinds of referral the contract accepts.", "impact" },
	{ "UNCLAIMED", FINAL,
	  "No partner claimed this conversion.",
	  "Check that the click id is mapped to ClickId if a partner sent this customer.", "mappings" },
	{ "BLACKLISTED_SOURCE_IP", RISK,
	  "The customer's internet address is blocked, usually because of the country.",
	  "Review the country restrictions of the program in impact.com.", "impact" },
	{ "BLOCKED_BY_PROMOCODE", FINAL,
	  "The promo code of the order rules out a commission.",
	  "Review the promo code rules in impact.com.", "impact" },
	{ "RESTRICTED_PROMOCODE", FINAL,
	  "The promo code may not be used by this partner.",
	  "Assign the code to the partner in impact.com if that is wrong.", "impact" },
	{ "CALL_*", FINAL,
	  "impact.com's call tracking did not accept this call.",
	  "Review the call tracking settings of the event type in impact.com.", "impact" },
	{ "Validation", CONFIG,
	  "impact.com refused the data of this conversion without naming a reason.",
	  "Compare the fields that were sent with your mapping, and ask impact.com's support with the submission number.", "mappings" },
	{ "Contract Error", CONTRACT,
	  "The partner's contract does not cover this conversion.",
	  "Check the partner's contract in impact.com. When the record reaches the trigger again, it is sent as a new "
	  "try.", "impact" },

	/* why an action was reversed (impact.md 3.5) */
	{ "REJECTED", FINAL,
	  "The action was reversed in impact.com.",
	  "Look at the action's history in impact.com to see who reversed it.", "impact" },
	{ "CONS_FRAUD", RISK,
	  "Reversed: the customer was found to be fraudulent.",
	  HISTORY, "impact" },
	{ "CONS_ERROR", FINAL,
	  "Reversed: the customer made a mistake.",
	  HISTORY, "impact" },
	{ "CONS_INFO_INVALID", RISK,
	  "Reversed: the customer's details were not valid.",
	  HISTORY, "impact" },
	{ "ITEM_RETURNED", FINAL,
	  "Reversed: what was bought came back.",
	  HISTORY, "impact" },
	{ "ITEM_OUT_OF_STOCK", FINAL,
	  "Reversed: what was ordered could not be delivered.",
	  HISTORY, "impact" },
	{ "ORDER_ERROR", FINAL,
	  "Reversed: the order was a mistake.",
	  HISTORY, "impact" },
	{ "ORDER_UPDATE", FINAL,
	  "The action was changed because the order changed.",
	  "Nothing to mend here. The action's history in impact.com tells what was changed.", "impact" },
	{ "PUB_ACT_DISPUTE", FINAL,
	  "Reversed: the partner disputed it.",
	  "Talk to the partner, or look at the dispute in impact.com.", "impact" },
	{ "ADV_ACT_DISPUTE", FINAL,
	  "Reversed: your side disputed it.",
	  HISTORY, "impact" },
	{ "NOT_COMPLIANCE_TERMS", RISK,
	  "Reversed: the partner broke the terms of the program.",
	  "Review the partner's compliance in impact.com.", "impact" },
	{ "MP_RETURNED", FINAL,
	  "Reversed: the partner gave the commission back.",
	  HISTORY, "impact" },
	{ "CREDITED_DIFFERENT_MP", FINAL,
	  "Reversed: it was credited to another partner.",
	  HISTORY, "impact" },
	{ "OTHER", FINAL,
	  "Reversed for another reason.",
	  "Look at the note of the action in impact.com.", "impact" },
	{ "TEST_ACTION", FINAL,
	  "Reversed: it was a test.",
	  HISTORY, "impact" },

	/* why nothing was sent: our own rules */
	{ "no_consent", FINAL,
	  "No consent for this object type.",
	  "Switch the consent on under Event Triggers. It counts for changes from then on.", "triggers" },
	{ "trigger_other_value", FINAL,
	  "The property changed, but not to a value that a trigger waits for.",
	  "Add the value to the trigger if it should count.", "triggers" },
	{ "trigger_off", FINAL,
	  "The trigger for this change is switched off.",
	  "Switch the trigger on if such changes should count.", "triggers" },
	{ "condition", FINAL,
	  "The condition of the trigger does not hold.",
	  "Nothing, if the record should not count. If it should, change the condition of the trigger.", "triggers" },
	{ "not_concerned", FINAL,
	  "No trigger looks at this change.",
	  "Add a trigger for it if it should count.", "triggers" },
	{ "echo", FINAL,
	  "The change was made by this connector itself.",
	  "Nothing: it would only answer itself.", "" },
	{ "record_gone", FINAL,
	  "The record is no longer in HubSpot.",
	  "Restore it in HubSpot if it was deleted by mistake.", "hubspot" },
	{ "deleted_record", FINAL,
	  "The record was deleted in HubSpot. Nothing is sent for a deletion.",
	  "Nothing, unless the sale is off: then reverse its action in impact.com.", "impact" },
	{ "hubspot_scope_contacts", WAIT,
	  "HubSpot refuses reading contacts: the permission (scope) for them is missing.",
	  "Log in through HubSpot again and allow it. Nothing is lost: what waits for it is decided then.", "hubspot" },
	{ "hubspot_refuses_contacts", WAIT,
	  "HubSpot refuses reading contacts, and not for a want of permission.",
	  "HubSpot's own words are under What happened. It is tried again by itself; nothing is lost meanwhile.", "hubspot" },
	{ "hubspot_scope_companies", WAIT,
	  "HubSpot refuses reading companies: the permission (scope) for them is missing.",
	  "Log in through HubSpot again and allow it. Nothing is lost: what waits for it is decided then.", "hubspot" },
	{ "hubspot_refuses_companies", WAIT,
	  "HubSpot refuses reading companies, and not for a want of permission.",
	  "HubSpot's own words are under What happened. It is tried again by itself; nothing is lost meanwhile.", "hubspot" },
	{ "hubspot_scope_deals", WAIT,
	  "HubSpot refuses reading deals: the permission (scope) for them is missing.",
	  "Log in through HubSpot again and allow it. Nothing is lost: what waits for it is decided then.", "hubspot" },
	{ "hubspot_refuses_deals", WAIT,
	  "HubSpot refuses reading deals, and not for a want of permission.",
	  "HubSpot's own words are under What happened. It is tried again by itself; nothing is lost meanwhile.", "hubspot" },
	{ "hubspot_scope_line_items", WAIT,
	  "HubSpot refuses reading line items: the permission (scope) for them is missing.",
	  "Log in through HubSpot again and allow it. Nothing is lost: what waits for it is decided then.", "hubspot" },
	{ "hubspot_refuses_line_items", WAIT,
	  "HubSpot refuses reading line items, and not for a want of permission.",
	  "HubSpot's own words are under What happened. It is tried again by itself; nothing is lost meanwhile.", "hubspot" },
	{ "event_type_held", CONFIG,
	  "impact.com refused an earlier conversion of this event type because something is set up wrong; this one waits.",
	  "Mend what the refused conversion names, in impact.com or in the mapping. One conversion is tried after every change and each hour; when it is taken, all are sent, in their order.", "mappings" },
	{ "value_hidden", WAIT,
	  "HubSpot hides the value of this sensitive property, in its event and in the record.",
	  "Allow the connector to read sensitive data in HubSpot, or choose another property for the trigger.", "hubspot" },
	{ "no_contact", WAIT,
	  "No contact on the record yet.",
	  "Add the customer to it in HubSpot as a contact; the next look comes by itself.", "hubspot" },
	{ "field_missing", WAIT,
	  "A field that impact.com requires has no value.",
	  "Fill in the field in HubSpot, or map another one; the next look comes by itself.", "mappings" },
	{ "field_too_long", FINAL,
	  "A value is longer than impact.com allows.",
	  "Shorten it in the mapping, for example with {dealname|substring:1,64}.", "mappings" },
	{ "field_type", FINAL,
	  "A value is not of the kind that impact.com expects, such as text where a number belongs.",
	  "Correct the value in HubSpot, or map another field.", "mappings" },
	{ "field_exclusive", CONFIG,
	  "Two fields were mapped that impact.com does not take together.",
	  "Remove one of the two from the mapping.", "mappings" },
	{ "too_many_fields", FINAL,
	  "The conversion is too big to send.",
	  "Map fewer line item fields.", "mappings" },
	{ "expression_failed", FINAL,
	  "A mapped field could not be worked out from the record's values.",
	  "Look at the row in Field Mappings; its preview shows what goes wrong.", "mappings" },
	{ "time_zone_unknown", CONFIG,
	  "A date has no time zone, and the HubSpot account's is not known here.",
	  "Name one in the mapping, as in {closedate|date:,Europe/Berlin}; or have the system's time zone data (tzdata) installed in full.",
	  "mappings" },
	{ "condition_failed", FINAL,
	  "The condition of the trigger could not be worked out from the record's values.",
	  "Compare the condition with the value in HubSpot: > and < need numbers or dates on both sides.", "triggers" },
	{ "email_as_id", CONFIG,
	  "An e-mail address would have been sent where none may go.",
	  "Map the contact's record id instead, or add |lower|sha1 to send a hash.", "mappings" },
	{ "order_id_too_long", FINAL,
	  "The OrderId is longer than 64 bytes.",
	  "Map a shorter value to OrderId, such as the Deal Stage ID.", "mappings" },
	{ "lead_status_empty", FINAL,
	  "The lead status is empty, so there is no OrderId to send.",
	  "Nothing: setting the status counts as a change of its own. If you do not use the lead status, map the contact's record id to OrderId.",
	  "mappings" },
	{ "duplicate_effect", DUP,
	  "This was sent already: one conversion per program, event type and OrderId.",
	  "Nothing, if it is the same sale. If not, map something to OrderId that is different for each sale.", "mappings" },
	{ "duplicate_collision", DUP,
	  "Another record was sent with the same OrderId before, so this one was not sent.",
	  "Map something to OrderId that no two records share, such as the Deal Stage ID.", "mappings" },
	{ "held_other_order", WAIT,
	  "This was sent before under another OrderId, because the mapping was different then.",
	  "If it was counted under the other order, drop it. If it is a sale of its own, send it as a second conversion. It is never sent by itself.", "" },
	{ "superseded", DUP,
	  "The mapping was changed while it waited, and with the new one the same was sent by another conversion.",
	  "Nothing.", "" },
	{ "dropped_by_person", FINAL,
	  "A person decided that this is not sent.",
	  "Nothing. Who it was, when and why stands in what happened; it can be sent after all.", "" },
	{ "asked_again", WAIT,
	  "A person asked for it to be decided again; that happens within seconds.",
	  "Nothing.", "" },
	{ "held_merged", WAIT,
	  "This record was merged in HubSpot with one whose conversion of the same kind went out already.",
	  "Drop it if it is the same sale. If it is a sale of its own, send it as a second conversion.", "" },
	{ "not_attributed_yet", WAIT,
	  "impact.com accepted it, but no partner has been credited yet.",
	  "Nothing: it goes on being looked up. If a partner sent this customer, look for the order in impact.com.", "" },

	/* why nothing is sent for now: the connection */
	{ "tenant_paused", WAIT,
	  "The connection is paused because the app was removed in HubSpot.",
	  "Install the app again in HubSpot; what waited is sent then.", "hubspot" },
	{ "stopped", WAIT,
	  "All sending is stopped.",
	  "Allow sending again in Settings; what waited is sent then.", "settings" },
	{ "disconnected", WAIT,
	  "HubSpot or impact.com is not connected.",
	  "Connect the account again in Settings; what waited is sent then.", "settings" },
	{ "credentials_refused", WAIT,
	  "impact.com did not accept the Account SID and Auth Token.",
	  "Enter them again in Settings; what waited is sent then.", "settings" },
	{ "scope_missing", WAIT,
	  "The impact.com token may not submit conversions.",
	  "Allow Conversions for the token in impact.com, or enter another token in Settings.", "settings" },
	{ "far_end_away", WAIT,
	  "HubSpot or impact.com does not answer just now.",
	  "Nothing: it is tried again by itself, and goes on then.", "" },
	{ "far_end_moved", WAIT,
	  "impact.com answers from another address than the one set for this installation.",
	  "Tell whoever runs the connector; what waits is tried again every hour.", "settings" },
	{ "rate_limited", WAIT,
	  "The hourly number of requests is used up.",
	  "Nothing: it is sent as soon as requests are free again.", "" },
	{ "no_answer", WAIT,
	  "impact.com did not answer, so it may or may not have arrived.",
	  "Nothing yet: before it is sent again, we look whether it arrived.", "" },
	{ "account_changed", WAIT,
	  "It went to another impact.com account, and what became of it there is not known here.",
	  "Look for its OrderId in that account. It is never sent again by itself.", "impact" },
	{ "poison", WAIT,
	  "Working on this stopped the connector's program again and again, so it was set aside; everything else went on.",
	  "Try it again. If it is set aside once more, tell whoever runs the connector: its log names it, and an update may mend it.", "" },
	{ "waited_too_long", FINAL,
	  "What was missing did not come in time.",
	  "Complete the record in HubSpot. When it reaches the trigger again, it is sent.", "hubspot" },

	/* what impact.com's ACTION_REF_NOT_FOUND means of a conversion that had a click id */
	{ "click_not_found", FINAL,
	  "It was sent with a click id, and impact.com knows no partner's click by it.",
	  "Check that the click id stands in HubSpot exactly as the landing page got it, with upper and lower case, and that it is of this program. Then send it again.", "mappings" },

	/* what impact.com's server said at once */
	{ "http_400", CONFIG,
	  "impact.com refused the data that was sent.",
	  "Its own words stand with each decision. Correct the mapping, or mend in impact.com what they name; then send it again.", "mappings" },
	{ "http_402", CONTRACT,
	  "impact.com could not carry out the request.",
	  "Ask impact.com's support; its answer stands with each decision.", "impact" },
	{ "http_other", CONTRACT,
	  "impact.com answered in a way that it does not document.",
	  "Its answer stands with each decision; ask impact.com's support if it comes again.", "impact" },
};
/* clang-format on */

const size_t verdict_table_n = sizeof(verdict_table) / sizeof(verdict_table[0]);

static const struct verdict unknown = { "", CONTRACT, "The reason is one that this connector does not know.",
	"Look at the code shown beside it, and ask impact.com's support what it means.", "impact" };

const struct verdict *
verdict_find(struct str code)
{
	for (size_t i = 0; i < verdict_table_n; i++) {
		struct str known = str_from(verdict_table[i].code);

		if (str_eq(known, code))
			return &verdict_table[i];
		/* "CALL_*" stands for a family. */
		if (str_ends(known, STR("*")) && str_starts(code, str_slice(known, 0, known.n - 1)))
			return &verdict_table[i];
	}
	return &unknown;
}

bool
verdict_holds_event_type(struct str code)
{
	return str_starts(code, STR("ACTIONTRACKER")) || str_eq(code, STR("CAMPAIGN_NOT_FOUND"));
}

bool
verdict_is_direct(struct str code)
{
	return str_eq(code, STR(VERDICT_DIRECT));
}

struct str
verdict_code(struct str codes)
{
	return verdict_find(codes)->code[0] != '\0' ? codes : verdict_first(codes);
}

struct str
verdict_first(struct str codes)
{
	size_t from = 0;
	size_t to;

	while (from < codes.n && strchr(" ,;\t\r\n", codes.p[from]) != NULL)
		from++;
	to = from;
	while (to < codes.n && strchr(" ,;\t\r\n", codes.p[to]) == NULL)
		to++;
	return str_slice(codes, from, to);
}
