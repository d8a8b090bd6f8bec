/* A stand-in for the part of LuCI's runtime that the pages of SyncFile use. It shows plain elements, asks the router of
 * the test (router.py) what LuCI would ask rpcd, and lets as little pass as LuCI does. */
'use strict';

const catalogue = JSON.parse(document.getElementById('catalogue').textContent);
const _ = text => catalogue[text] ?? text;

/* %s, %d, and %1000m for an amount with its prefix, as in "1.50 G". */
String.prototype.format = function(...values) {
	return this.replace(/%(s|d|1000m)/g, (_whole, kind) => {
		const value = values.shift();
		if (kind !== '1000m')
			return String(value);
		const step = value ? Math.min(4, Math.floor(Math.log10(value) / 3)) : 0;
		return `${(value / 1000 ** step).toFixed(2)} ${[ '', 'K', 'M', 'G', 'T' ][step]}`;
	});
};

function E(tag, attributes = {}, children = []) {
	const element = document.createElement(tag);
	for (const [ name, value ] of Object.entries(attributes)) {
		if (typeof value === 'function')
			element.addEventListener(name, value);
		else if (value !== null && value !== false)
			element.setAttribute(name, value === true ? name : value);
	}
	for (const child of [ children ].flat(9))
		if (child !== null && child !== undefined)
			element.append(child);
	return element;
}

async function ask(path, body) {
	const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
	if (!answer.ok)
		throw new Error((await answer.json()).error);
	return answer.json();
}

const L = {
	bind: (what, self, ...first) => what.bind(self, ...first),
	resolveDefault: (promise, value) => Promise.resolve(promise).catch(() => value),
	toArray: value => value === null || value === undefined ? [] : [ value ].flat()
};

const baseclass = {
	extend(properties) {
		const Made = function() {};
		Made.prototype = Object.assign(Object.create(this.prototype ?? {}), properties);
		return { extend: baseclass.extend, prototype: Made.prototype, make: () => new Made() };
	}
};

const fs = { exec: (command, params = [], env = {}) => ask('/exec', { command, params, env }) };
const rpc = { declare: ({ object, method }) => () => ask('/ubus', { object, method }) };

let configuration = {};
const uci = {
	load: async name => { configuration[name] = await ask('/uci', {}); },
	get: (name, section, option) => configuration[name]?.[section]?.[option],
	set: (name, section, option, value) => { configuration[name][section][option] = value; },
	unset: (name, section, option) => { delete configuration[name][section][option]; },
	save: name => ask('/uci', configuration[name])
};

const ui = {
	createHandlerFn: (self, handler, ...first) => async event => {
		const button = event.currentTarget;
		button.disabled = true;
		try {
			await (typeof handler === 'string' ? self[handler] : handler).call(self, ...first, event);
		} finally {
			button.disabled = false;
		}
	},
	addNotification: (_title, content, kind) => {
		document.getElementById('notifications').append(E('div', { 'class': `alert ${kind}`, 'role': 'alert' }, [ content ]));
	},
	showModal: (title, children) => {
		document.getElementById('modal').replaceChildren(E('h4', {}, [ title ]), ...children);
	},
	hideModal: () => document.getElementById('modal').replaceChildren()
};

const poll = { add: (work, seconds) => { window.setInterval(work, Math.min(seconds * 1000, 200)); } };

const DATATYPES = {
	port: value => /^[0-9]{1,5}$/.test(value) && Number(value) < 65536,
	file: value => value.startsWith('/'),
	'ipaddr("nomask")': value => /^[0-9a-fA-F.:]+$/.test(value)
};

class Value {
	constructor(section, name, title, description) {
		Object.assign(this, { section, name, title, description, choices: [] });
	}
	value(value, label) { this.choices.push([ value, label ]); }
	cfgvalue(id) { return uci.get(this.section.map.name, id, this.name); }
	write(id, value) { uci.set(this.section.map.name, id, this.name, value); }
	input(value) {
		const id = `option-${this.name}`;
		return E('input', { id, 'list': `${id}-choices`, 'placeholder': this.placeholder ?? '', 'value': value ?? '' });
	}
	formvalue() { return document.getElementById(`option-${this.name}`).value; }
	render(id) {
		return E('div', {}, [
			E('label', { 'for': `option-${this.name}` }, [ this.title ]),
			this.input(this.cfgvalue(id) ?? this.default),
			E('small', {}, [ this.description ?? '' ]),
			E('em', { 'id': `wrong-${this.name}` })
		]);
	}
	check(id) {
		const value = this.formvalue();
		let verdict = true;
		if (value && this.datatype && !DATATYPES[this.datatype](value))
			verdict = this.datatype;
		else if (this.validate)
			verdict = this.validate(id, value);
		document.getElementById(`wrong-${this.name}`).textContent = verdict === true ? '' : verdict;
		return verdict === true;
	}
	store(id) {
		const value = this.formvalue();
		if (value)
			this.write(id, value);
		else
			uci.unset(this.section.map.name, id, this.name);
	}
}

class ListValue extends Value {
	input(value) {
		return E('select', { 'id': `option-${this.name}` }, this.choices.map(([ key, label ]) =>
			E('option', { 'value': key, 'selected': key === (value ?? '') }, [ label ])));
	}
}

class Flag extends Value {
	input(value) { return E('input', { 'id': `option-${this.name}`, 'type': 'checkbox', 'checked': value === '1' }); }
	formvalue() { return document.getElementById(`option-${this.name}`).checked ? '1' : '0'; }
}

class NamedSection {
	constructor(map, id) { Object.assign(this, { map, id, options: [], tabs: {} }); }
	tab(name, title) { this.tabs[name] = title; }
	taboption(tab, Kind, name, title, description) {
		if (!(tab in this.tabs))
			throw new Error(`there is no tab ${tab}`);
		const option = new Kind(this, name, title, description);
		this.options.push(Object.assign(option, { tab }));
		return option;
	}
	formvalue(_id, name) { return this.options.find(option => option.name === name).formvalue(); }
}

const form = {
	NamedSection, Value, ListValue, Flag,
	Map: class {
		constructor(name, title, description) { Object.assign(this, { name, title, description, sections: [] }); }
		section(Kind, id) {
			this.sections.push(new Kind(this, id));
			return this.sections.at(-1);
		}
		async render() {
			await uci.load(this.name);
			const fields = this.sections.flatMap(section => Object.entries(section.tabs).map(([ tab, title ]) =>
				E('fieldset', {}, [ E('legend', {}, [ title ]), ...section.options.filter(option => option.tab === tab)
					.map(option => option.render(section.id)) ])));
			return E('div', {}, [ E('h2', {}, [ this.title ]), E('p', {}, [ this.description ]), ...fields,
				E('button', { 'class': 'save', 'click': () => this.save() }, [ 'Save & Apply' ]) ]);
		}
		async save() {
			for (const section of this.sections) {
				if (section.options.map(option => option.check(section.id)).includes(false))
					return;
				section.options.forEach(option => option.store(section.id));
			}
			await uci.save(this.name);
			ui.addNotification(null, 'saved', 'info');
		}
	}
};

const uqr = { renderSVG: text => `<svg xmlns="http://www.w3.org/2000/svg"><title>${encodeURI(text)}</title></svg>` };

const MODULES = { baseclass, view: baseclass, fs, rpc, uci, ui, poll, form, uqr };

/* Loads a module as LuCI does: its own lines say what it requires, and it returns a class. */
async function load(name) {
	if (name in MODULES)
		return MODULES[name];
	const source = await (await fetch(`/luci-static/resources/${name.replaceAll('.', '/')}.js`)).text();
	const names = [], values = [];
	for (const [ , required, alias ] of source.matchAll(/^'require ([\w.]+)(?: as (\w+))?';$/gm)) {
		names.push(alias ?? required.replaceAll('.', '_'));
		values.push(await load(required));
	}
	const made = new Function('L', 'E', '_', ...names, source)(L, E, _, ...values);
	MODULES[name] = made.make();
	return MODULES[name];
}

load(document.body.dataset.view).then(async view => {
	const node = await view.render(await (view.load ? view.load() : undefined));
	document.getElementById('view').replaceChildren(node);
}).catch(error => {
	console.error(error);
	ui.addNotification(null, String(error), 'danger');
});
