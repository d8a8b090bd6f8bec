'use strict';
'require view';
'require poll';
'require uci';
'require ui';
'require uqr';
'require syncfile.program as program';

return view.extend({
	handleSaveApply: null,
	handleSave: null,
	handleReset: null,

	load: function() {
		return Promise.all([
			program.read([ 'status' ]).catch(function(error) { return { error_msg: error.message }; }),
			program.isRunning(),
			uci.load('syncfile')
		]);
	},

	/* Asking procd is cheap, starting the administration tool is not: what it says waits for a click. */
	handleRefresh: function() {
		return this.load().then(L.bind(function(loaded) {
			document.getElementById('syncfile-status').replaceWith(this.table(loaded[0]));
			this.showState(loaded[1]);
		}, this));
	},

	handleControl: function(action) {
		return program.control(action).catch(program.complain).then(L.bind(this.handleRefresh, this));
	},

	handleAccount: function() {
		const name = document.getElementById('syncfile-name').value.trim();
		const email = document.getElementById('syncfile-email').value.trim();
		const password = document.getElementById('syncfile-password').value;
		const env = { SYNCFILE_PASSWORD: password };

		if (!name || !password)
			return program.complain(new Error(_('A name and a password are needed.')));

		return program.run(email ? [ 'user', 'add', name, email, '--admin' ] : [ 'user', 'passwd', name ], env).then(function() {
			document.getElementById('syncfile-password').value = '';
			ui.addNotification(null, E('p', {}, [ _('%s can sign in now.').format(name) ]), 'info');
		}, program.complain);
	},

	showState: function(running) {
		document.getElementById('syncfile-state').textContent = running ? _('It runs.') : _('It does not run.');
	},

	rows: function(status) {
		if (status.error_msg)
			return [ [ _('Version'), status.version || '-' ], [ _('Data folder'), status.data || '-' ], [ _('Problem'), status.error_msg ] ];

		return [
			[ _('Version'), status.version ],
			[ _('Data folder'), status.data ],
			[ _('Disk'), _('%s free of %s').format('%1000mB'.format(status.disk_free), '%1000mB'.format(status.disk_total)) ],
			[ _('File system'), status.disk.file_system || '-' ],
			[ _('Memory of the server'), status.pid ? '%1000mB'.format(status.memory) : '-' ],
			[ _('Accounts'), status.accounts ],
			[ _('Libraries'), status.repos ],
			[ _('Files'), _('%d with %s').format(status.files, '%1000mB'.format(status.file_bytes)) ]
		];
	},

	table: function(status) {
		return E('table', { 'class': 'table', 'id': 'syncfile-status' }, this.rows(status).map(function(row) {
			return E('tr', { 'class': 'tr' }, [
				E('td', { 'class': 'td left', 'width': '33%' }, [ row[0] ]),
				E('td', { 'class': 'td left' }, [ String(row[1]) ])
			]);
		}));
	},

	address: function() {
		const url = program.address();
		const code = E('div', { 'id': 'syncfile-code', 'style': 'width: 10em; background: white' });

		code.innerHTML = uqr.renderSVG(url, { pixelSize: 4 });

		return E('div', { 'class': 'cbi-section' }, [
			E('h3', {}, [ _('Web page') ]),
			E('p', {}, [ E('a', { 'href': url, 'target': '_blank', 'rel': 'noreferrer' }, [ url ]) ]),
			code
		]);
	},

	service: function() {
		const button = L.bind(function(action, title, kind) {
			return E('button', { 'class': 'btn ' + kind, 'click': ui.createHandlerFn(this, 'handleControl', action) }, [ title ]);
		}, this);

		return E('div', { 'class': 'cbi-section' }, [
			E('p', { 'id': 'syncfile-state', 'role': 'status' }),
			button('start', _('Start'), 'cbi-button-positive'), ' ',
			button('restart', _('Restart'), 'cbi-button-action'), ' ',
			button('stop', _('Stop'), 'cbi-button-negative'), ' ',
			E('button', { 'class': 'btn', 'click': ui.createHandlerFn(this, 'handleRefresh') }, [ _('Look again') ])
		]);
	},

	field: function(id, type, title, description) {
		return E('div', { 'class': 'cbi-value' }, [
			E('label', { 'class': 'cbi-value-title', 'for': id }, [ title ]),
			E('div', { 'class': 'cbi-value-field' }, [
				E('input', { 'id': id, 'class': 'cbi-input-text', 'type': type, 'autocomplete': type === 'password' ? 'new-password' : 'off' }),
				E('div', { 'class': 'cbi-value-description' }, [ description ])
			])
		]);
	},

	account: function() {
		return E('div', { 'class': 'cbi-section' }, [
			E('h3', {}, [ _('Administrator') ]),
			E('div', { 'class': 'cbi-section-descr' }, [ _('A new store has one account, admin. Give it a password here, or make another administrator.') ]),
			this.field('syncfile-name', 'text', _('Name'), ''),
			this.field('syncfile-email', 'email', _('E-mail'), _('Of a new account. Leave it empty to set the password of one that is there.')),
			this.field('syncfile-password', 'password', _('Password'), ''),
			E('div', { 'class': 'right' }, [
				E('button', { 'class': 'btn cbi-button-save', 'click': ui.createHandlerFn(this, 'handleAccount') }, [ _('Save') ])
			])
		]);
	},

	render: function(loaded) {
		const page = E('div', { 'class': 'cbi-map' }, [
			E('h2', {}, [ 'SyncFile' ]),
			E('div', { 'class': 'cbi-map-descr' }, [ _('The private cloud on this router.') ]),
			this.service(),
			E('div', { 'class': 'cbi-section' }, [ this.table(loaded[0]) ]),
			this.address(),
			this.account()
		]);

		page.querySelector('#syncfile-state').textContent = loaded[1] ? _('It runs.') : _('It does not run.');
		poll.add(L.bind(function() {
			return program.isRunning().then(this.showState);
		}, this), 5);

		return page;
	}
});
