-- What an application may have in its database besides tables. Each row trigger is one that a real one would have.

-- A row is changed before it is written: the log must hold what was written.
create function tidy() returns trigger language plpgsql as $$
begin
  new.name := upper(new.name);
  return new;
end $$;
create trigger tidy before insert or update on "Category" for each row execute function tidy();

-- A row of another table follows.
create function take_from_stock() returns trigger language plpgsql as $$
begin
  update "Product" set stock = stock - coalesce(new.amount, 0) + coalesce(old.amount, 0) where sku in (new.sku, old.sku);
  return null;
end $$;
create trigger take_from_stock after insert or update or delete on "OrderLine" for each row execute function take_from_stock();

-- The same row is written once more by the statement that wrote it.
create function label_again() returns trigger language plpgsql as $$
begin
  update "Tag" set label = label || '+' where id = new.id;
  return null;
end $$;
create trigger label_again after insert on "Tag" for each row execute function label_again();

-- A statement trigger that writes to the table it is on.
create function round_off() returns trigger language plpgsql as $$
begin
  update "PriceStep" set price = '0' where price < '0';
  return null;
end $$;
create trigger round_off after update on "PriceStep" for each statement when (pg_trigger_depth() = 0) execute function round_off();

-- A write that is not done at all.
create function keep_admins() returns trigger language plpgsql as $$
begin
  return case when old.email = 'a' then null else old end;
end $$;
create trigger keep_admins before delete on "Customer" for each row execute function keep_admins();

-- A check at the end of the transaction that writes.
create function note_payment() returns trigger language plpgsql as $$
begin
  update "Order" set status = 'PAID' where id = new."orderId";
  return null;
end $$;
create constraint trigger note_payment after insert on "Payment" deferrable initially deferred for each row execute function note_payment();

alter table "Review" add column words integer generated always as (length(coalesce(text, ''))) stored;
