package dev.adhere.contracts;

/// Questions that are asked and never inferred (section 2.4). They route a person to help; they diagnose
/// nothing.
public enum RedFlag {
    SADDLE_NUMBNESS(Urgency.EMERGENCY),
    BLADDER_OR_BOWEL(Urgency.EMERGENCY),
    BOTH_LEGS(Urgency.EMERGENCY),
    SEXUAL_DYSFUNCTION(Urgency.EMERGENCY),
    CHEST_PAIN(Urgency.EMERGENCY),
    SERIOUS_ACCIDENT(Urgency.EMERGENCY),
    FEVER(Urgency.URGENT),
    WEIGHT_LOSS(Urgency.URGENT),
    LUMP_OR_SWELLING(Urgency.URGENT),
    NOT_EASED_BY_REST(Urgency.URGENT),
    BETWEEN_SHOULDERS(Urgency.URGENT),
    CANCER_HISTORY(Urgency.COACH_REVIEW),
    IMMUNOSUPPRESSION(Urgency.COACH_REVIEW),
    INTRAVENOUS_DRUGS(Urgency.COACH_REVIEW),
    RECENT_INFECTION(Urgency.COACH_REVIEW),
    OSTEOPOROSIS_OR_STEROIDS(Urgency.COACH_REVIEW),
    NEW_AT_UNUSUAL_AGE(Urgency.COACH_REVIEW);

    /// How soon a yes needs somebody to look at it.
    public enum Urgency {
        /// The emergency number, now.
        EMERGENCY,
        /// A doctor or an urgent line, today.
        URGENT,
        /// The coach, in time.
        COACH_REVIEW
    }

    private final Urgency urgency;

    RedFlag(Urgency urgency) {
        this.urgency = urgency;
    }

    public Urgency urgency() {
        return urgency;
    }
}
