"""What is certified no more may be asked to be on again, too: it shows nothing until it is signed anew.

Nobody agrees to a number while it is switched off, since no page shows it. Without this a market whose
published number was wrong could only come back with that number.
"""

from django.db import migrations

LIFT = """
CREATE OR REPLACE FUNCTION governance_lift_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE asked governance_liftask; off governance_shutoff; persons integer; departments integer;
BEGIN
  PERFORM governance_epoch_lock();
  SELECT * INTO STRICT off FROM governance_shutoff WHERE id = NEW.shutoff_id;
  SELECT * INTO asked FROM governance_liftask WHERE id = NEW.ask_id AND shutoff_id = NEW.shutoff_id;
  IF asked.digest IS NULL OR NOT governance_stands('shutoff_lift', asked.digest) THEN
    RAISE EXCEPTION 'switching % on again lacks signatures', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_liftask a WHERE a.shutoff_id = off.id AND a.id > asked.id) THEN
    RAISE EXCEPTION 'something newer is asked about %', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF asked.repeats <> (SELECT count(*) FROM governance_shutoffrepeat r WHERE r.shutoff_id = off.id) THEN
    RAISE EXCEPTION '% was switched off again after this was asked', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF asked.content <> governance_shown_again(off.market, off.breakout, off.value) THEN
    RAISE EXCEPTION 'what would be shown of % is not what was asked about', off.market
      USING ERRCODE = 'check_violation';
  END IF;
  -- Whatever the requirements say: two other persons, of two departments, who had just proven who they are.
  SELECT count(DISTINCT s.person_id), count(DISTINCT s.role) INTO persons, departments
  FROM governance_signature s
  WHERE s.digest = asked.digest AND s.verdict IN ('approve', 'except')
    AND s.person_id NOT IN (asked.asked_by_id, off.by_id)
    AND s.person_id NOT IN (SELECT r.by_id FROM governance_shutoffrepeat r WHERE r.shutoff_id = off.id)
    AND s.authenticated_at BETWEEN s.signed_at - interval '5 minutes' AND s.signed_at
    AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.signature_id = s.id);
  IF persons < 2 OR departments < 2 THEN
    RAISE EXCEPTION 'switching % on again takes two other persons of two departments', off.market
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("governance", "0017_target")]

    operations = [migrations.RunSQL(LIFT, migrations.RunSQL.noop)]
