'use strict';
'require view';
'require ui';
'require syncfile.program as program';

return view.extend({
	handleSaveApply: null,
	handleSave: null,
	handleReset: null,

	load: function() {
		return program.read([ 'disk', 'list' ]);
	},

	handleUse: function(disk) {
		ui.showModal(_('Keep the data on this disk?'), [
			E('p', {}, [ _('%s will be mounted now and whenever it is there. Nothing on it is changed; the data goes into a folder of its own.').format(disk.device) ]),
			E('div', { 'class': 'right' }, [
				E('button', { 'class': 'btn', 'click': ui.hideModal }, [ _('Cancel') ]),
				' ',
				E('button', {
					'class': 'btn cbi-button-positive',
					'click': ui.createHandlerFn(this, 'handleChange', [ 'disk', 'use', disk.device, '--yes' ])
				}, [ _('Use this disk') ])
			])
		]);
	},

	handleChange: function(words) {
		return program.run(words).then(L.bind(this.refresh, this), program.complain).finally(ui.hideModal);
	},

	refresh: function() {
		return this.load().then(L.bind(function(disks) {
			document.getElementById('syncfile-disks').replaceWith(this.table(disks));
		}, this));
	},

	buttons: function(disk) {
		if (disk.store)
			return [
				E('button', {
					'class': 'btn cbi-button-negative',
					'title': _('Finishes what is being written and unmounts the disk'),
					'click': ui.createHandlerFn(this, 'handleChange', [ 'disk', 'eject' ])
				}, [ _('Eject') ])
			];

		if (disk.problem)
			return [ '-' ];

		return [
			E('button', {
				'class': 'btn cbi-button-action',
				'click': L.bind(this.handleUse, this, disk)
			}, [ _('Use this disk') ])
		];
	},

	row: function(disk) {
		return E('tr', { 'class': 'tr' }, [
			E('td', { 'class': 'td', 'data-title': _('Disk') }, [ disk.model ? '%s (%s)'.format(disk.device, disk.model) : disk.device ]),
			E('td', { 'class': 'td', 'data-title': _('Name') }, [ disk.label || '-' ]),
			E('td', { 'class': 'td', 'data-title': _('File system') }, [ disk.filesystem || '-' ]),
			E('td', { 'class': 'td', 'data-title': _('Size') }, [ '%1000mB'.format(disk.size) ]),
			E('td', { 'class': 'td', 'data-title': _('Free') }, [ disk.free === null ? '-' : '%1000mB'.format(disk.free) ]),
			E('td', { 'class': 'td', 'data-title': _('Advice') }, [ this.advice(disk) ]),
			E('td', { 'class': 'td cbi-section-actions' }, this.buttons(disk))
		]);
	},

	advice: function(disk) {
		const problems = {
			system: _('The system itself is on it.'),
			swap: _('It is swap space.'),
			read_only: _('It cannot be written to.'),
			empty: _('It has no file system: format it first, as ext4 where you can.'),
			unknown: _('Its file system is not known here: format it first, as ext4 where you can.'),
			unnamed: _('Its file system has no UUID by which it could be found again.'),
			mounted: _('It is mounted elsewhere: unmount it first.')
		};

		if (disk.store)
			return _('The data is here.');
		if (disk.problem)
			return problems[disk.problem] || disk.advice;
		return disk.recommended ? _('Suitable: safe when the power fails.') : _('It works; ext4 would be safer when the power fails, and faster.');
	},

	table: function(disks) {
		const titles = [ _('Disk'), _('Name'), _('File system'), _('Size'), _('Free'), _('Advice'), '' ];
		const head = E('tr', { 'class': 'tr table-titles' }, titles.map(function(title) {
			return E('th', { 'class': 'th' }, [ title ]);
		}));
		const rows = disks.length ? disks.map(L.bind(this.row, this)) : [
			E('tr', { 'class': 'tr placeholder' }, [ E('td', { 'class': 'td' }, [ _('No disk was found. Plug one in and look again.') ]) ])
		];

		return E('table', { 'class': 'table', 'id': 'syncfile-disks' }, [ head ].concat(rows));
	},

	render: function(disks) {
		return E('div', { 'class': 'cbi-map' }, [
			E('h2', {}, [ _('Data disk') ]),
			E('div', { 'class': 'cbi-map-descr' }, [ _('SyncFile keeps everything in one folder on one disk. Nothing is ever formatted here.') ]),
			E('div', { 'class': 'cbi-section' }, [ this.table(disks) ]),
			E('div', { 'class': 'right' }, [
				E('button', {
					'class': 'btn',
					'title': _('After an eject: mounts the disk, if it is there, and goes on'),
					'click': ui.createHandlerFn(this, 'handleChange', [ 'disk', 'resume' ])
				}, [ _('Use the ejected disk again') ]),
				' ',
				E('button', { 'class': 'btn cbi-button-action', 'click': ui.createHandlerFn(this, 'refresh') }, [ _('Look again') ])
			])
		]);
	}
});
