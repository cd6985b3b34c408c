create table book (id serial primary key, key text not null unique, title text not null default 'x', n integer not null default 0);
create table review (id serial primary key, book_id integer not null references book (id) on delete cascade, body text not null);
