"""Posts that programs hand in: checked, stored durably, answered, and only then taken in."""
